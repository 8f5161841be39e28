use std::{
    net::{Ipv4Addr, TcpListener},
    process,
    sync::atomic::{AtomicU16, Ordering},
};

/// Servers listen below the ports that Linux gives to clients (32768 and up). One of those could be taken by a client
/// of ours while the server that had it is down.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// A port of the loopback device on which nobody listens, below 32768.
///
/// No two calls of a process get the same one. Processes begin at different places, so they seldom meet.
///
/// # Panics
///
/// If all twelve thousand are taken.
#[must_use]
pub fn free_port() -> u16 {
    static TAKEN: AtomicU16 = AtomicU16::new(0);
    let count = PORTS.end - PORTS.start;
    let first = (process::id().wrapping_mul(61) % u32::from(count)) as u16;
    for _ in PORTS {
        let port = PORTS.start + (first + TAKEN.fetch_add(1, Ordering::Relaxed) % count) % count;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
    panic!("no port between {} and {} is free", PORTS.start, PORTS.end);
}
