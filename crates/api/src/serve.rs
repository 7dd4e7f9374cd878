//! The service on a socket.
//!
//! hyper answers what it cannot parse by itself, with an empty body. [`bare`] holds such an
//! answer back, and once hyper has confirmed that it was its own, the JSON body goes out in its
//! place. The connection is then closed slowly, so that the answer outlives whatever the caller
//! is still sending.

mod bare;
mod linger;

use std::{
    future::Future,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::Arc,
    time::Duration,
};

use axum::{Router, body::Body};
use bare::Watched;
use hyper::{Request, StatusCode, body::Incoming, server::conn::http1};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    task::JoinSet,
};
use tower::Service;

use crate::{AppState, error::Problem, extract::origin::Peer};

/// What the sockets allow.
#[derive(Debug, Clone, Copy)]
pub struct ServeOptions {
    /// Connections open at a time; more wait to be accepted.
    pub max_connections: usize,
    /// Most bytes of a request's line and headers together.
    pub max_header_bytes: usize,
    /// Most header lines of a request.
    pub max_header_lines: usize,
    /// How long the headers of a request may take to arrive, and how long an idle connection is
    /// kept.
    pub header_time: Duration,
    /// How long requests in progress may take to end after the stop.
    pub stop_time: Duration,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            max_connections: 1024,
            max_header_bytes: 32 * 1024,
            max_header_lines: 100,
            header_time: Duration::from_mins(1),
            stop_time: Duration::from_secs(10),
        }
    }
}

/// Rides on every request that came over a socket: says when the server begins to stop, for
/// answers that would else go on.
#[derive(Debug, Clone)]
pub(crate) struct Stopping(watch::Receiver<bool>);

impl Stopping {
    /// Ready once the server begins to stop, or is gone.
    pub(crate) async fn stopped(&mut self) {
        let _ = self.0.wait_for(|stopped| *stopped).await;
    }
}

/// Answers on a listener until `stop` is ready, then lets requests in progress end.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    state: AppState,
    options: ServeOptions,
    stop: impl Future<Output = ()> + Send,
) {
    let (stopping, stopped) = watch::channel(false);
    let places = Arc::new(Semaphore::new(options.max_connections));
    let mut connections = JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        let place = tokio::select! {
            () = &mut stop => break,
            place = Arc::clone(&places).acquire_owned() => place.expect("the semaphore is never closed"),
        };
        let (socket, peer) = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok((socket, peer)) => (socket, peer),
                Err(cause) => {
                    // Such as too many open files: others have to end before it helps to try again.
                    tracing::warn!(%cause, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
        };
        let (router, state, stopped) = (router.clone(), state.clone(), stopped.clone());
        connections.spawn(async move {
            connection(socket, peer, router, &state, options, stopped).await;
            drop(place);
        });
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    let _ = stopping.send(true);
    let ended = tokio::time::timeout(options.stop_time, async {
        while connections.join_next().await.is_some() {}
    });
    if ended.await.is_err() {
        tracing::warn!("some requests did not end in time; they are cut off");
        connections.shutdown().await;
    }
}

/// Serves one connection to its end.
async fn connection(
    socket: TcpStream,
    peer: SocketAddr,
    router: Router,
    state: &AppState,
    options: ServeOptions,
    mut stopped: watch::Receiver<bool>,
) {
    let _ = socket.set_nodelay(true);
    let in_flight = bare::InFlight::default();
    let counting = in_flight.clone();
    let stopping = Stopping(stopped.clone());
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let held = counting.begin();
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Peer(peer.ip()));
        request.extensions_mut().insert(stopping.clone());
        let answer = router.clone().call(request);
        // Boxed, because hyper wants to move the connection about.
        Box::pin(async move {
            answer
                .await
                .map(|answer| answer.map(|body| held.until_end_of(body)))
        })
    });
    let mut served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(options.header_time)
        .max_headers(options.max_header_lines)
        .max_header_size(options.max_header_bytes)
        .max_buf_size(options.max_header_bytes.max(64 * 1024))
        .serve_connection(TokioIo::new(Watched::new(socket, in_flight)), service);
    let mut told = false;
    // An error means that the sender is gone, which is a stop as well.
    let mut stop = pin!(async {
        let _ = stopped.wait_for(|stopped| *stopped).await;
    });
    let ended = std::future::poll_fn(|context| {
        if !told && stop.as_mut().poll(context).is_ready() {
            told = true;
            Pin::new(&mut served).graceful_shutdown();
        }
        served.poll_without_shutdown(context)
    })
    .await;
    let watched = served.into_parts().io.into_inner();
    match ended {
        Ok(()) => watched.finish().await,
        Err(cause) => match refusal(&cause, &watched) {
            Some(status) => {
                let answer = refusal_bytes(state, status);
                watched.answer_instead(&answer).await;
            }
            None => tracing::debug!(%cause, "a connection broke off"),
        },
    }
}

/// The status that an unparsable request is answered with; nothing where no answer is due.
fn refusal(cause: &hyper::Error, watched: &Watched) -> Option<StatusCode> {
    if let Some(status) = watched.held_status() {
        return Some(status);
    }
    (cause.is_timeout() && watched.is_amid_request()).then_some(StatusCode::REQUEST_TIMEOUT)
}

/// A whole answer, for a request that never reached the router.
fn refusal_bytes(state: &AppState, status: StatusCode) -> Vec<u8> {
    let request_id = state.new_request_id().to_string();
    tracing::info!(
        target: "lamina_api::access",
        status = status.as_u16(), request.id = %request_id, "refused before it was read"
    );
    let body = Problem::of_status(status).body(&request_id);
    let mut answer = format!(
        "HTTP/1.1 {} {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nx-request-id: {request_id}\r\n\
         x-content-type-options: nosniff\r\ncache-control: no-store\r\nconnection: close\r\n\r\n",
        status.as_u16(),
        status.canonical_reason().unwrap_or("Refused"),
        body.len(),
    )
    .into_bytes();
    answer.extend(body);
    answer
}
