//! Asking the program for JSON over loopback.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// No answer takes longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Gets one JSON document. Asks by HTTP/1.0, whose answers end with the connection.
pub(super) fn get(address: &str, path: &str) -> Result<Value> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "GET {path} HTTP/1.0\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    body(&answer).with_context(|| format!("GET {path}"))
}

/// Sends a JSON document; whatever is answered but a success is an error.
pub(super) fn post(address: &str, path: &str, document: &Value) -> Result<()> {
    let text = document.to_string();
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "POST {path} HTTP/1.0\r\nHost: {address}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{text}",
        text.len()
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let status = answer.split(|byte| *byte == b' ').nth(1);
    if !status.is_some_and(|status| status.starts_with(b"2")) {
        bail!("POST {path}: {}", String::from_utf8_lossy(&answer));
    }
    Ok(())
}

pub(super) fn body(answer: &[u8]) -> Result<Value> {
    let end = answer
        .windows(4)
        .position(|bytes| bytes == b"\r\n\r\n")
        .context("the answer has no end of headers")?;
    let (head, body) = (&answer[..end], &answer[end + 4..]);
    let status = head.split(|byte| *byte == b' ').nth(1).unwrap_or_default();
    if status != b"200" {
        bail!(
            "answered {}: {}",
            String::from_utf8_lossy(status),
            String::from_utf8_lossy(body)
        );
    }
    serde_json::from_slice(body).context("the answer is no JSON")
}
