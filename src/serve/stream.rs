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

    /// Has the kernel take so many bytes in advance of what the other side takes, where it can be told.
    fn take_in_advance(&self, _bytes: u32) {}
}

/// What the kernel takes in advance of what a reader takes, in bytes: with more, a slow reader looks like one that has
/// stopped, for a write goes on only when a good part of it is gone. What is in flight is not bounded by it.
pub(super) const UNSENT: u32 = 16 * 1024;
/// The same for a reader who was fast so far: there each byte less is a wakeup more.
const UNSENT_FAST: u32 = 256 * 1024;
/// So many bytes without a [`PAUSE`] make a fast reader.
const FAST: usize = 128 * 1024;
/// A write that waits longer shows a reader who is not fast any more.
const PAUSE: Duration = Duration::from_secs(1);

impl Stream for TcpStream {
    fn abandon(&self) {
        let _ = SockRef::from(self).set_linger(Some(Duration::ZERO));
    }

    fn take_in_advance(&self, bytes: u32) {
        // Without it the reader is served as well, only not as well told from others.
        let _ = SockRef::from(self).set_tcp_notsent_lowat(bytes);
    }
}

impl Stream for UnixStream {}

/// A stream whose writes fail with [`io::ErrorKind::TimedOut`] when the other side does not keep [`Pace`]: it would
/// otherwise hold its place for ever. Reads need no such bound, for heads have one of their own and bodies are not read.
pub(super) struct Paced {
    stream: Box<dyn Stream>,
    pace: Pace,
    /// Bytes taken since the last [`PAUSE`], counted up to [`FAST`].
    taken: usize,
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
            taken: 0,
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
                let waited = waited.unwrap_or_default();
                self.note_speed(*bytes, waited);
                if self.pace.waited(waited) {
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

    /// Whoever is fast gets more in advance, until he pauses.
    fn note_speed(&mut self, bytes: usize, waited: Duration) {
        let was_fast = self.taken >= FAST;
        self.taken = match waited < PAUSE {
            true => self.taken.saturating_add(bytes).min(FAST),
            false => 0,
        };
        match (was_fast, self.taken >= FAST) {
            (false, true) => self.stream.take_in_advance(UNSENT_FAST),
            (true, false) => {
                self.stream.take_in_advance(UNSENT);
                self.pace.forgive(UNSENT_FAST);
            }
            _ => {}
        }
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
            self.note_speed(0, at - since);
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
