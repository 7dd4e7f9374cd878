//! Closing so that the last answer arrives.
//!
//! A socket closed while unread bytes lie in it resets the connection, and the other side may
//! lose the answer that it has not read yet. So: say that no more will come, take in and throw
//! away what is still coming, within bounds, and only then close.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// How long to go on taking in.
const TIME: Duration = Duration::from_secs(2);
/// How much to take in.
const BYTES: usize = 8 << 20;

/// Closes the socket.
pub(super) async fn close(mut socket: TcpStream) {
    if socket.shutdown().await.is_err() {
        return;
    }
    let drained = async {
        let mut buffer = vec![0; 16 * 1024];
        let mut taken = 0;
        while taken < BYTES {
            match socket.read(&mut buffer).await {
                Ok(0) | Err(_) => return,
                Ok(count) => taken += count,
            }
        }
    };
    // Whoever goes on sending for longer is cut off.
    let _ = tokio::time::timeout(TIME, drained).await;
}
