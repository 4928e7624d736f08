//! Threads that take work from one queue. Steps split their own work over the program's threads and wait for it: threads that
//! took other points meanwhile, as those of a par_iter do, would stack one point upon another.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A piece of work with its place in the order of failures.
type Piece<T> = (usize, T);

struct Queue<T, E> {
    waiting: VecDeque<Piece<T>>,
    /// Pieces that somebody works on.
    open: usize,
    failed: Option<(usize, E)>,
}

/// Does every piece of work on so many threads; a piece may bring further ones. Of several failures the one of the first
/// piece in order is told, whoever came to his first: what comes after it is not begun, what comes before is done.
///
/// # Errors
/// The first failure, with its place.
pub fn work<T: Send, E: Send>(
    threads: usize,
    pieces: Vec<Piece<T>>,
    one: impl Fn(usize, T) -> Result<Vec<Piece<T>>, E> + Sync,
) -> Result<(), (usize, E)> {
    let queue = Mutex::new(Queue { waiting: pieces.into(), open: 0, failed: None });
    let changed = Condvar::new();
    let hand = || {
        let mut all = locked(&queue);
        loop {
            let piece = all.waiting.pop_front();
            let Some((place, piece)) = piece else {
                if all.open == 0 {
                    return;
                }
                all = changed.wait(all).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            if all.failed.as_ref().is_some_and(|f| f.0 < place) {
                continue;
            }
            all.open += 1;
            drop(all);
            // Also when it panics nobody may wait for it for ever.
            let leave = Leave(&queue, &changed);
            let answer = one(place, piece);
            all = locked(&queue);
            match answer {
                Ok(more) => all.waiting.extend(more),
                Err(e) if all.failed.as_ref().is_none_or(|f| place < f.0) => all.failed = Some((place, e)),
                Err(_) => {}
            }
            drop(all);
            drop(leave);
            all = locked(&queue);
        }
    };
    std::thread::scope(|scope| {
        (1..threads.max(1)).for_each(|_| {
            scope.spawn(hand);
        });
        hand();
    });
    let failed = queue.into_inner().unwrap_or_else(PoisonError::into_inner).failed;
    failed.map_or(Ok(()), Err)
}

fn locked<T, E>(queue: &Mutex<Queue<T, E>>) -> MutexGuard<'_, Queue<T, E>> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends a piece of work.
struct Leave<'q, T, E>(&'q Mutex<Queue<T, E>>, &'q Condvar);

impl<T, E> Drop for Leave<'_, T, E> {
    fn drop(&mut self) {
        locked(self.0).open -= 1;
        self.1.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[test]
    fn every_piece_is_done_once_and_the_first_failure_is_told() {
        for threads in [1, 2, 8] {
            let sum = AtomicU64::new(0);
            let one = |k: usize, n: u64| {
                sum.fetch_add(n, Ordering::Relaxed);
                Ok::<_, ()>(if k < 100 { vec![(k + 1_000, 1), (k + 2_000, 1)] } else { Vec::new() })
            };
            work(threads, (0..100).map(|k| (k, 10)).collect(), one).unwrap();
            assert_eq!(sum.into_inner(), 1_200);
            let fails = |k: usize, (): ()| if k % 7 == 3 { Err(k) } else { Ok(Vec::new()) };
            for _ in 0..50 {
                assert_eq!(work(threads, (0..100).rev().map(|k| (k, ())).collect(), fails), Err((3, 3)));
            }
        }
    }
}
