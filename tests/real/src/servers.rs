//! The servers: how each is configured and started, and what tells that it answers.

pub mod etcd;
pub mod http;
pub mod mariadb;
pub mod nats;
pub mod pgbouncer;
pub mod postgres;
pub mod rabbitmq;
pub mod redis;
pub mod s3;
pub mod sshd;
