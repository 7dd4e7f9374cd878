//! A socket that notices hyper's own empty answers and holds them back.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
};

use axum::body::{Body, Bytes, HttpBody};
use hyper::StatusCode;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf},
    net::TcpStream,
};

use super::linger;

/// Counts the answers of a connection that a handler is making or whose body is being sent.
#[derive(Debug, Clone, Default)]
pub(super) struct InFlight(Arc<AtomicUsize>);

impl InFlight {
    pub(super) fn begin(&self) -> Held {
        self.0.fetch_add(1, Ordering::AcqRel);
        Held(self.clone())
    }

    fn is_idle(&self) -> bool {
        self.0.load(Ordering::Acquire) == 0
    }
}

/// Counted until dropped.
#[derive(Debug)]
pub(super) struct Held(InFlight);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Held {
    /// The body, counted until it ends or is dropped.
    pub(super) fn until_end_of(self, body: Body) -> Counted {
        Counted {
            body,
            held: Some(self),
        }
    }
}

/// A body that is counted while it is being sent.
#[derive(Debug)]
pub(super) struct Counted {
    body: Body,
    held: Option<Held>,
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<hyper::body::Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if frame.is_none() {
            self.held = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        self.body.size_hint()
    }
}

/// A socket that holds back what looks like an answer of hyper's own.
#[derive(Debug)]
pub(super) struct Watched {
    socket: TcpStream,
    in_flight: InFlight,
    held: Option<Vec<u8>>,
    /// Bytes that came in since the last answer went out.
    read_since_answer: usize,
}

impl Watched {
    pub(super) fn new(socket: TcpStream, in_flight: InFlight) -> Self {
        Self {
            socket,
            in_flight,
            held: None,
            read_since_answer: 0,
        }
    }

    /// Whether part of a request has come in.
    pub(super) fn is_amid_request(&self) -> bool {
        self.read_since_answer > 0 && self.in_flight.is_idle()
    }

    /// The status of the answer held back.
    pub(super) fn held_status(&self) -> Option<StatusCode> {
        self.held.as_deref().and_then(bare_status)
    }

    /// Sends an answer in place of the one held back, and closes.
    pub(super) async fn answer_instead(mut self, answer: &[u8]) {
        if self.socket.write_all(answer).await.is_ok() {
            linger::close(self.socket).await;
        }
    }

    /// Sends what was held back, and closes.
    pub(super) async fn finish(mut self) {
        let sent = match self.held.take() {
            Some(held) => self.socket.write_all(&held).await,
            None => Ok(()),
        };
        if sent.is_ok() {
            linger::close(self.socket).await;
        }
    }

    /// Sends what was held back, since it turned out to be part of something longer.
    fn poll_release(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(held) = &mut self.held {
            let sent = ready!(Pin::new(&mut self.socket).poll_write(context, held))?;
            if sent == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            held.drain(..sent);
            if held.is_empty() {
                self.held = None;
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.socket).poll_read(context, buffer))?;
        self.read_since_answer += buffer.filled().len() - before;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_release(context))?;
        if self.in_flight.is_idle() && bare_status(bytes).is_some() {
            self.held = Some(bytes.to_vec());
            return Poll::Ready(Ok(bytes.len()));
        }
        self.read_since_answer = 0;
        Pin::new(&mut self.socket).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_release(context))?;
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}

/// The status, if the bytes are one whole answer of 400 to 499 without a body, as hyper makes
/// them: a status line, no more than three headers, among them a length of zero.
fn bare_status(bytes: &[u8]) -> Option<StatusCode> {
    const LONGEST: usize = 256;
    if bytes.len() > LONGEST {
        return None;
    }
    let head = std::str::from_utf8(bytes).ok()?.strip_suffix("\r\n\r\n")?;
    let mut lines = head.split("\r\n");
    let code = lines.next()?.strip_prefix("HTTP/1.1 ")?.get(..3)?;
    let status = StatusCode::from_bytes(code.as_bytes())
        .ok()
        .filter(StatusCode::is_client_error)?;
    let mut is_empty = false;
    for line in lines {
        let (name, value) = line.split_once(": ")?;
        match name {
            "content-length" => is_empty = value == "0",
            "connection" | "date" => {}
            // Ours carry more.
            _ => return None,
        }
    }
    is_empty.then_some(status)
}

#[cfg(test)]
mod tests {
    use super::bare_status;

    #[test]
    fn only_an_answer_of_hypers_own_looks_like_one() {
        let bare = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\
                     date: Thu, 01 Jan 2026 00:00:00 GMT\r\n\r\n";
        assert_eq!(bare_status(bare).map(|status| status.as_u16()), Some(431));
        for other in [
            &b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"[..],
            b"HTTP/1.1 404 Not Found\r\nx-request-id: 1\r\ncontent-length: 0\r\n\r\n",
            b"HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\n{}",
            b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n",
            b"",
        ] {
            assert_eq!(
                bare_status(other),
                None,
                "{}",
                String::from_utf8_lossy(other)
            );
        }
    }
}
