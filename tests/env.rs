//! The environment over policies, in a child process that has the variables.
