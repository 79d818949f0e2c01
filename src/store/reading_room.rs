//! Bounds the memory of texts that are read before the writing thread is asked, and how many are read at once.

use tokio::sync::{Semaphore, SemaphorePermit};

/// Kibibytes of text that may be read ahead and not yet written, in one store. The words of a text take about four times its size.
const ROOM_KIB: u32 = 4_096;
/// Documents that are read at once. More would not be faster, and each thread that reads needs about a megabyte, because a regular
/// expression keeps states for every thread that uses it.
const AT_ONCE: usize = 4;

/// The room that an engine keeps for texts that were read ahead.
pub(in crate::store) struct ReadingRoom {
    memory: Semaphore,
    places: Semaphore,
}

impl Default for ReadingRoom {
    fn default() -> Self {
        Self {
            memory: Semaphore::new(ROOM_KIB as usize),
            places: Semaphore::new(AT_ONCE),
        }
    }
}

impl ReadingRoom {
    /// Waits until there is room for texts of this size in bytes. A document with more text than all the room takes all of it.
    pub(in crate::store) async fn take(&self, bytes: usize) -> Option<SemaphorePermit<'_>> {
        let kib = u32::try_from(bytes / 1024).map_or(ROOM_KIB, |kib| kib.clamp(1, ROOM_KIB));
        // Fails only when closed, and nobody closes it.
        self.memory.acquire_many(kib).await.ok()
    }

    /// Waits until a document may be read.
    pub(in crate::store) async fn place(&self) -> Option<SemaphorePermit<'_>> {
        self.places.acquire().await.ok()
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::{AT_ONCE, ReadingRoom};

    #[test]
    fn a_few_documents_are_read_at_once() {
        let room = ReadingRoom::default();
        let mut context = Context::from_waker(Waker::noop());
        let mut places: Vec<_> = (0..AT_ONCE)
            .map(|_| match pin!(room.place()).poll(&mut context) {
                Poll::Ready(place) => place,
                Poll::Pending => panic!("there is a place"),
            })
            .collect();
        let mut next = pin!(room.place());
        assert!(next.as_mut().poll(&mut context).is_pending());
        places.pop();
        assert!(next.as_mut().poll(&mut context).is_ready());
    }
}
