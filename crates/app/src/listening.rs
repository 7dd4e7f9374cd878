//! Finding a port.

use std::{
    io,
    net::{SocketAddr, TcpListener},
};

use anyhow::{Context, Result};

/// How many ports after the wanted one are tried.
const FURTHER: u16 = 20;

/// A listener on the wanted address or, where its port is taken, on the next free one.
pub(crate) fn on_next_free(wanted: SocketAddr) -> Result<TcpListener> {
    for further in 0..=FURTHER {
        let Some(port) = wanted.port().checked_add(further) else {
            break;
        };
        match bind(SocketAddr::new(wanted.ip(), port)) {
            Err(cause) if cause.kind() == io::ErrorKind::AddrInUse && wanted.port() != 0 => {}
            other => {
                return other.with_context(|| format!("cannot listen on {}:{port}", wanted.ip()));
            }
        }
    }
    anyhow::bail!(
        "port {} and the {FURTHER} after it are taken; name another with --listen",
        wanted.port()
    )
}

/// A listener on the wanted address or none.
pub(crate) fn on_exactly(wanted: SocketAddr) -> Result<TcpListener> {
    bind(wanted)
        .with_context(|| format!("cannot listen on {wanted}; name another address with --listen"))
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

#[cfg(test)]
mod tests {
    use super::{on_exactly, on_next_free};

    #[test]
    fn a_taken_port_leads_to_another_or_to_a_failure() {
        let first = on_exactly("127.0.0.1:0".parse().unwrap()).unwrap();
        let taken = first.local_addr().unwrap();
        let second = on_next_free(taken).unwrap().local_addr().unwrap();
        assert!(second.port() > taken.port(), "{second} after {taken}");
        let refused = on_exactly(taken).unwrap_err();
        assert!(
            format!("{refused:#}").contains(&taken.to_string()),
            "{refused:#}"
        );
    }
}
