//! The threads that look into files: as many as there are workers, from the first file to the last.
//!
//! Each takes its next files itself. Where a thread of its own waited for each few files, the
//! system often woke it on the processor that was still busy, and another stood idle: a tenth of
//! the time of two (`perf sched`).

use std::sync::{Arc, Mutex, PoisonError};

use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use crate::Error;

/// Tasks handed out for each worker, of which it works on one. The others wait, so that no worker
/// stands still while what it did is taken in and the next files are found.
const AHEAD: usize = 2;

/// Workers. Dropped, they end what they are at and begin nothing more.
///
/// They are threads of the runtime that may block, of which it must have more than there are
/// workers.
pub(super) struct Crew<T, R> {
    /// Goes before the tasks, so that a worker that takes one of them sees that nobody listens.
    done: UnboundedReceiver<R>,
    tasks: UnboundedSender<T>,
    workers: JoinSet<()>,
    /// Handed out and not yet taken back.
    out: usize,
    room: usize,
}

impl<T: Send + 'static, R: Send + 'static> Crew<T, R> {
    /// So many workers, each of which does `work`. Once it is told to stop none begins a task.
    pub(super) fn new(
        workers: usize,
        stop: &CancellationToken,
        work: impl Fn(T) -> R + Clone + Send + 'static,
    ) -> Self {
        let (tasks, waiting) = unbounded_channel();
        let (told, done) = unbounded_channel();
        let waiting = Arc::new(Mutex::new(waiting));
        let workers = workers.max(1);
        let mut threads = JoinSet::new();
        for _ in 0..workers {
            let worker = Worker {
                stop: stop.clone(),
                waiting: Arc::clone(&waiting),
                told: told.clone(),
            };
            let work = work.clone();
            threads.spawn_blocking(move || worker.run(work));
        }
        Self {
            done,
            tasks,
            workers: threads,
            out: 0,
            room: AHEAD * workers,
        }
    }

    /// Whether it can do with more.
    pub(super) fn has_room(&self) -> bool {
        self.out < self.room
    }

    /// Hands out a task.
    pub(super) fn give(&mut self, task: T) {
        self.out += 1;
        // Where nobody listens any more, `next` says why.
        drop(self.tasks.send(task));
    }

    /// What came of a task; nothing when all that were handed out are back, or the crew was told
    /// to stop.
    pub(super) async fn next(&mut self) -> Result<Option<R>, Error> {
        if self.out == 0 {
            return Ok(None);
        }
        tokio::select! {
            biased;
            Some(came) = self.done.recv() => {
                self.out -= 1;
                Ok(Some(came))
            }
            // While there is something to do, a worker ends by a fault or a stop only.
            Some(ended) = self.workers.join_next() => ended.map(|()| None).map_err(Error::internal),
            else => Err(Error::internal("all workers have ended, and not all files are looked into")),
        }
    }
}

struct Worker<T, R> {
    stop: CancellationToken,
    waiting: Arc<Mutex<UnboundedReceiver<T>>>,
    told: UnboundedSender<R>,
}

impl<T, R> Worker<T, R> {
    fn run(self, work: impl Fn(T) -> R) {
        let next = || {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.blocking_recv()
        };
        while let Some(task) = next() {
            let is_unwanted = self.stop.is_cancelled() || self.told.is_closed();
            if is_unwanted || self.told.send(work(task)).is_err() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex, mpsc::channel};

    use tokio::runtime::Runtime;

    use super::{CancellationToken, Crew};

    #[tokio::test]
    async fn each_task_is_done_once_and_there_is_always_one_ahead() {
        let mut crew = Crew::new(3, &CancellationToken::new(), |task: u32| task * 2);
        let (mut given, mut came) = (0, Vec::new());
        loop {
            while crew.has_room() && given < 50 {
                crew.give(given);
                given += 1;
            }
            assert!(given == 50 || given as usize - came.len() == 6);
            match crew.next().await.unwrap() {
                Some(result) => came.push(result),
                None => break,
            }
        }
        came.sort_unstable();
        assert_eq!(came, (0..50).map(|task| task * 2).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn a_worker_that_dies_is_told_also_while_others_work_on() {
        for workers in [1, 2] {
            let mut crew = Crew::new(workers, &CancellationToken::new(), |task: u32| {
                assert_ne!(task, 2, "it dies of this one");
                task
            });
            for task in 0..=2 * u32::try_from(workers).unwrap() {
                crew.give(task);
            }
            let told = loop {
                match crew.next().await {
                    Ok(Some(_)) => {}
                    Ok(None) => panic!("a task was lost"),
                    Err(told) => break told,
                }
            };
            assert!(
                format!("{told:?}").contains("it dies of this one"),
                "{told:?}"
            );
        }
    }

    #[test]
    fn dropped_it_ends_what_it_is_at_and_begins_nothing_more() {
        let (began, begun) = channel();
        let (open, gate) = channel::<()>();
        let gate = Arc::new(Mutex::new(gate));
        // Dropping the runtime waits for its threads.
        let runtime = Runtime::new().unwrap();
        runtime.block_on(async {
            let mut crew = Crew::new(1, &CancellationToken::new(), move |task: u32| {
                began.send(task).unwrap();
                gate.lock().unwrap().recv().unwrap();
            });
            crew.give(1);
            crew.give(2);
            assert_eq!(begun.recv(), Ok(1));
            drop(crew);
            open.send(()).unwrap();
        });
        drop(runtime);
        assert_eq!(begun.iter().count(), 0);
    }

    #[tokio::test]
    async fn told_to_stop_it_ends_what_it_is_at_and_begins_nothing_more() {
        let stop = CancellationToken::new();
        let (began, begun) = channel();
        let stopped = stop.clone();
        let mut crew = Crew::new(1, &stop, move |task: u32| {
            began.send(task).unwrap();
            stopped.cancel();
            task
        });
        crew.give(1);
        crew.give(2);
        assert_eq!(crew.next().await.unwrap(), Some(1));
        assert_eq!(crew.next().await.unwrap(), None);
        assert_eq!(begun.iter().collect::<Vec<_>>(), [1]);
    }
}
