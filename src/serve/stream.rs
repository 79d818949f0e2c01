//! A reader's stream, which fails once the reader is too slow.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::{Instant, Sleep};

use super::pace::Pace;

/// A connected stream of any kind.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {
    /// Has the kernel forget what it holds for the other side when the stream is closed: who takes nothing leaves it in
    /// memory for minutes otherwise.
    fn abandon(&self) {}
}

impl Stream for TcpStream {
    fn abandon(&self) {
        let _ = SockRef::from(self).set_linger(Some(Duration::ZERO));
    }
}

impl Stream for UnixStream {}

/// A stream whose writes fail with [`io::ErrorKind::TimedOut`] when the other side does not keep [`Pace`]: it would
/// otherwise hold its place for ever. Reads need no such bound, for heads have one of their own and bodies are not read.
pub(super) struct Paced {
    stream: Box<dyn Stream>,
    pace: Pace,
    /// Since when a write waits.
    waiting: Option<Instant>,
    /// Rings when the pace is to be judged while a write waits.
    judgement: Option<Pin<Box<Sleep>>>,
}

impl Paced {
    pub(super) fn new(stream: Box<dyn Stream>) -> Self {
        Self {
            stream,
            pace: Pace::default(),
            waiting: None,
            judgement: None,
        }
    }

    /// What a write came to, unless the other side is too slow.
    fn paced(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match &written {
            Poll::Ready(Ok(bytes)) => {
                self.pace.took(*bytes);
                let waited = self.waiting.take().map(|since| since.elapsed());
                if self.pace.waited(waited.unwrap_or_default()) {
                    return written;
                }
            }
            Poll::Ready(Err(_)) => return written,
            Poll::Pending => {
                if self.poll_pace(cx).is_pending() {
                    return Poll::Pending;
                }
            }
        }
        self.stream.abandon();
        let slow = "the reader takes less than 1 KiB/s";
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, slow)))
    }

    /// Ready when the other side has kept a write waiting too long.
    fn poll_pace(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut since = *self.waiting.get_or_insert_with(Instant::now);
        loop {
            let at = since + self.pace.until_judged();
            let judgement = self
                .judgement
                .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(at)));
            if judgement.deadline() != at {
                judgement.as_mut().reset(at);
            }
            if judgement.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            if !self.pace.waited(at - since) {
                return Poll::Ready(());
            }
            since = at;
            self.waiting = Some(at);
        }
    }
}

impl AsyncRead for Paced {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Paced {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.paced(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.paced(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
