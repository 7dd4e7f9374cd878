//! The service through its router and through sockets, on a real engine and store.

mod app;
mod datasets;
mod explore;
mod guard;
mod media;
mod openapi;
mod pages;
mod process;
mod sockets;
mod tasks;
mod wire;
