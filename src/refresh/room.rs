//! Bounds the memory of all documents together, from when they are fetched until their entries are stored.
//!
//! Documents are read faster than they are stored. Without a bound, those that wait for the store would pile up as long as
//! there are sources to ask.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Memory for all documents together, in bytes.
const ALL: usize = 16 * 1024 * 1024;
/// Memory of a parsed document as a multiple of its bytes: texts are kept as sent, as shown, and as compared.
const TIMES: usize = 4;
/// The unit in which memory is counted, in bytes.
const UNIT: usize = 1024;

/// The room of all documents. Clones share it.
#[derive(Clone)]
pub(super) struct Room(Arc<Semaphore>);

impl Default for Room {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(ALL / UNIT)))
    }
}

/// The share of the memory that one document holds. It is given back when the last clone is dropped.
#[derive(Debug, Clone, Default)]
pub(super) struct Taken {
    permit: Option<Arc<OwnedSemaphorePermit>>,
}

impl Taken {
    /// Gives the room back. Returns its size, for [`Room::take_again`].
    pub(super) fn give_back(self) -> Size {
        let units = self.permit.as_ref().map(|permit| permit.num_permits());
        Size(
            units
                .and_then(|units| u32::try_from(units).ok())
                .unwrap_or(0),
        )
    }
}

/// How much memory a document held.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size(u32);

impl Room {
    /// Waits until there is room for a document of `bytes` bytes; the largest documents take all of it. A request waits here while it
    /// counts against `concurrency`. So nobody who has room may start a request: each could wait for the other.
    pub(super) async fn take(&self, bytes: usize) -> Taken {
        let units = (bytes.saturating_mul(TIMES) / UNIT).clamp(1, ALL / UNIT);
        let units = u32::try_from(units).unwrap_or(u32::MAX);
        self.take_again(Size(units)).await
    }

    /// Waits for the room that was given back.
    pub(super) async fn take_again(&self, Size(units): Size) -> Taken {
        // Fails only when closed, and nobody closes it.
        let permit = self.0.clone().acquire_many_owned(units).await.ok();
        Taken {
            permit: permit.map(Arc::new),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    #[test]
    fn documents_wait_for_those_before_them() {
        let room = Room::default();
        let mut context = Context::from_waker(Waker::noop());
        let taken: Vec<Taken> = (0..4)
            .map(
                |_| match pin!(room.take(ALL / TIMES / 4)).poll(&mut context) {
                    Poll::Ready(taken) => taken,
                    Poll::Pending => panic!("there is room"),
                },
            )
            .collect();
        let mut largest = pin!(room.take(usize::MAX));
        assert!(largest.as_mut().poll(&mut context).is_pending());
        let copy = taken[0].clone();
        drop(taken);
        assert!(
            largest.as_mut().poll(&mut context).is_pending(),
            "a copy is left"
        );
        drop(copy);
        assert!(largest.as_mut().poll(&mut context).is_ready());
    }
}
