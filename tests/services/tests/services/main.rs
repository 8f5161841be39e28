//! The layer of tower and the middleware of reqwest, around real clients and against real servers.

mod grpc;
mod grpc_streams;
mod http1;
mod http2;
mod nested;
mod reqwest_client;
mod reqwest_middleware;
