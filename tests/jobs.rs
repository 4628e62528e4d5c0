//! Jobs, lanes, deadlines, the breaker and the latest-wins slot, on a clock that stands still.

#![expect(clippy::unwrap_used, reason = "the helpers of tests may fail like the tests themselves")]

use std::cell::RefCell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use vitrine::jobs::{
    BreakerError, BreakerOpen, BreakerState, CircuitBreaker, Deadline, DeadlineSteps, FakeClock, JobError,
    JobHandle, JobState, Jobs, Lane, Latest, LatestWorker, Taken,
};

/// Long enough for a loaded machine; a test that needs it all has failed.
const PATIENCE: Duration = Duration::from_mins(1);

fn fixture() -> (Jobs, Arc<FakeClock>) {
    let clock = Arc::new(FakeClock::new());
    (Jobs::new(clock.clone()), clock)
}

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn names(jobs: &Jobs) -> Vec<String> {
    jobs.snapshot().into_iter().map(|job| job.name).collect()
}

/// A job in `lane` that has begun, and runs until the sender is dropped.
fn occupy(lane: &Lane, name: &str) -> (JobHandle<()>, SyncSender<()>) {
    let (release, released) = sync_channel::<()>(0);
    let (begin, begun) = sync_channel::<()>(0);
    let handle = lane
        .submit(name, move |_| {
            begin.send(()).ok();
            released.recv().ok();
            Ok(())
        })
        .unwrap();
    begun.recv().unwrap();
    (handle, release)
}

/// A job that reports what it is told to, until told no more.
fn reporter(jobs: &Jobs) -> (JobHandle<()>, SyncSender<(u64, u64)>, Receiver<()>) {
    let (send, reports) = sync_channel::<(u64, u64)>(0);
    let (done, reported) = sync_channel::<()>(0);
    let handle = jobs.spawn("report", move |job| {
        while let Ok((done_units, total)) = reports.recv() {
            job.progress(done_units, total);
            done.send(()).ok();
        }
        Ok(())
    });
    (handle, send, reported)
}

// ---------------------------------------------------------------------------------------------------------
// One job

#[test]
fn a_result_is_given_once_and_the_job_is_done() {
    let (jobs, _) = fixture();
    let mut handle = jobs.spawn("add", |_| Ok(1 + 1));
    assert!(jobs.wait_until_idle(PATIENCE));
    // The registry is ahead of the result by a moment.
    let result = loop {
        if let Some(result) = handle.poll() {
            break result;
        }
        std::thread::yield_now();
    };
    assert_eq!(result, Ok(2));
    assert!(handle.is_taken());
    assert_eq!(handle.poll(), None);
    assert!(matches!(handle.wait(), Err(JobError::Failed(_))));
    assert_eq!(jobs.snapshot()[0].state, JobState::Done);
}

#[test]
fn a_panic_is_an_error_with_its_message() {
    let (jobs, _) = fixture();
    let plain: JobHandle<()> = jobs.spawn("plain", |_| panic!("out of cheese"));
    assert_eq!(plain.wait(), Err(JobError::Panicked { message: "out of cheese".to_owned() }));
    let formatted: JobHandle<()> = jobs.spawn("formatted", |_| panic!("{} left", 3));
    assert_eq!(formatted.wait(), Err(JobError::Panicked { message: "3 left".to_owned() }));
    let odd: JobHandle<()> = jobs.spawn("odd", |_| std::panic::panic_any(17_u8));
    assert!(matches!(odd.wait(), Err(JobError::Panicked { .. })));
    assert!(matches!(&jobs.snapshot()[2].state, JobState::Failed(why) if why.contains("out of cheese")));
}

#[test]
fn a_failure_keeps_its_words() {
    let (jobs, _) = fixture();
    let handle: JobHandle<()> = jobs.spawn("open", |_| Err(JobError::failed("the file is empty")));
    assert_eq!(handle.wait(), Err(JobError::Failed("the file is empty".to_owned())));
    assert_eq!(jobs.snapshot()[0].state, JobState::Failed("the file is empty".to_owned()));
}

#[test]
fn a_job_runs_on_a_thread_with_its_name_even_with_a_nul_in_it() {
    let (jobs, _) = fixture();
    let handle = jobs.spawn("a\0b", |_| Ok(std::thread::current().name().map(str::to_owned)));
    assert_eq!(handle.wait(), Ok(Some("a b".to_owned())));
}

#[test]
fn cancelling_is_seen_by_the_job() {
    let (jobs, _) = fixture();
    let (begin, begun) = sync_channel::<()>(0);
    let handle: JobHandle<()> = jobs.spawn("endless", move |job| {
        begin.send(()).ok();
        loop {
            job.check()?;
            std::thread::yield_now();
        }
    });
    begun.recv().unwrap();
    let id = handle.id();
    assert_eq!(jobs.running_count(), 1);
    handle.cancel();
    assert_eq!(handle.wait(), Err(JobError::Cancelled));
    assert_eq!(jobs.snapshot()[0].state, JobState::Cancelled);
    assert!(!jobs.cancel(id), "it is over");
    assert_eq!(jobs.running_count(), 0);
}

#[test]
fn dropping_the_handle_lets_the_job_run_to_its_end() {
    let (jobs, _) = fixture();
    let (send, received) = sync_channel::<u8>(1);
    drop(jobs.spawn("unobserved", move |_| {
        send.send(7).ok();
        Ok(())
    }));
    assert_eq!(received.recv(), Ok(7));
    assert!(jobs.wait_until_idle(PATIENCE));
    assert_eq!(jobs.snapshot()[0].state, JobState::Done);
}

// ---------------------------------------------------------------------------------------------------------
// The registry

#[test]
fn a_snapshot_has_progress_message_and_time() {
    let (jobs, clock) = fixture();
    let (step, steps) = sync_channel::<()>(0);
    let (begin, begun) = sync_channel::<()>(0);
    let handle = jobs.spawn("index", move |job| {
        job.message("reading");
        begin.send(()).ok();
        steps.recv().ok();
        job.progress(3, 12);
        begin.send(()).ok();
        steps.recv().ok();
        job.progress(30, 12);
        begin.send(()).ok();
        steps.recv().ok();
        job.progress(31, 0);
        begin.send(()).ok();
        steps.recv().ok();
        Ok(())
    });
    begun.recv().unwrap();
    clock.advance(secs(4));
    let info = jobs.snapshot().remove(0);
    assert_eq!((info.state, info.fraction, info.message.as_str()), (JobState::Running, None, "reading"));
    assert_eq!(info.elapsed_secs, 4.0);

    for expected in [Some(0.25), Some(1.0), None] {
        step.send(()).unwrap();
        begun.recv().unwrap();
        assert_eq!(jobs.snapshot()[0].fraction, expected);
    }
    assert!(!jobs.snapshot()[0].stopping);
    handle.cancel();
    assert!(jobs.snapshot()[0].stopping);
    step.send(()).unwrap();
    assert_eq!(handle.wait(), Ok(()), "a job may finish although it was asked to stop");
    clock.advance(secs(100));
    let info = jobs.snapshot().remove(0);
    assert_eq!((info.state, info.elapsed_secs, info.stopping), (JobState::Done, 4.0, false));
}

#[test]
fn running_jobs_come_first_by_age_then_waiting_then_finished_newest_first() {
    let (jobs, _) = fixture();
    jobs.spawn("old", |_| Ok(())).wait().unwrap();
    jobs.spawn("less old", |_| Ok(())).wait().unwrap();
    let one = Lane::new(&jobs, "one", 1, 4).unwrap();
    let two = Lane::new(&jobs, "two", 1, 4).unwrap();
    let (_a, _release_a) = occupy(&one, "a");
    let _b = one.submit("b", |_| Ok(())).unwrap();
    let (_c, _release_c) = occupy(&two, "c");
    assert_eq!(names(&jobs), ["a", "c", "b", "less old", "old"]);
    assert_eq!(jobs.running_count(), 2);
    jobs.clear_finished();
    assert_eq!(names(&jobs), ["a", "c", "b"]);
}

#[test]
fn the_history_keeps_the_last_hundred() {
    let (jobs, _) = fixture();
    let lane = Lane::new(&jobs, "lane", 1, 200).unwrap();
    let handles: Vec<_> = (0..130).map(|i| lane.submit(i.to_string(), |_| Ok(())).unwrap()).collect();
    for handle in handles {
        handle.wait().unwrap();
    }
    let names = names(&jobs);
    assert_eq!((names.len(), names[0].as_str(), names[99].as_str()), (100, "129", "30"));
}

#[test]
fn a_report_after_the_end_changes_nothing() {
    let (jobs, _) = fixture();
    let context = jobs.spawn("leak", |job| Ok(job.clone())).wait().unwrap();
    context.progress(1, 2);
    context.message("late");
    let info = jobs.snapshot().remove(0);
    assert_eq!((info.fraction, info.message.as_str(), info.state), (None, "", JobState::Done));
}

// ---------------------------------------------------------------------------------------------------------
// Waking

#[test]
fn every_change_of_state_wakes_and_the_result_is_there_by_then() {
    let (jobs, _) = fixture();
    let (woken, wakes) = sync_channel::<()>(64);
    // Asking for a snapshot in the callback must not lock up.
    let registry = jobs.clone();
    jobs.set_waker(move || {
        registry.snapshot();
        woken.try_send(()).ok();
    });
    let mut handle = jobs.spawn("quick", |_| Ok(5));
    let mut wake_count = 0;
    let result = loop {
        wakes.recv_timeout(PATIENCE).expect("a wake-up comes after the result");
        wake_count += 1;
        if let Some(result) = handle.poll() {
            break result;
        }
    };
    assert_eq!(result, Ok(5));
    assert!(wake_count <= 3, "registered, started, finished");
}

#[test]
fn progress_wakes_at_most_every_thirty_milliseconds() {
    let (jobs, clock) = fixture();
    let (handle, send, reported) = reporter(&jobs);
    send.send((0, 0)).unwrap();
    reported.recv().unwrap();
    clock.advance(secs(1));
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    jobs.set_waker(move || {
        counter.fetch_add(1, Ordering::SeqCst);
    });
    for i in 1..=100 {
        send.send((i, 100)).unwrap();
        reported.recv().unwrap();
        clock.advance(Duration::from_millis(10));
    }
    assert_eq!(count.load(Ordering::SeqCst), 34, "at 0, 30, 60 … 990 ms");
    drop(send);
    handle.wait().unwrap();
}

#[test]
fn a_timed_waker_is_told_about_the_last_report_of_a_burst() {
    let (jobs, clock) = fixture();
    let (handle, send, reported) = reporter(&jobs);
    send.send((0, 0)).unwrap();
    reported.recv().unwrap();
    clock.advance(secs(1));
    let delays = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&delays);
    jobs.set_timed_waker(move |delay| sink.lock().unwrap().push(delay.as_millis()));
    // At 0, 10, 20 ms: now, one at 30, nothing more. At 35: one is due at 60. At 200: now.
    for pause_ms in [10, 10, 15, 165, 0] {
        send.send((1, 1)).unwrap();
        reported.recv().unwrap();
        clock.advance(Duration::from_millis(pause_ms));
    }
    assert_eq!(*delays.lock().unwrap(), [0, 20, 25, 0]);
    drop(send);
    handle.wait().unwrap();
}

// ---------------------------------------------------------------------------------------------------------
// Lanes

#[test]
fn a_lane_with_one_worker_keeps_the_order() {
    let (jobs, _) = fixture();
    let lane = Lane::new(&jobs, "ordered", 1, 50).unwrap();
    let order = Arc::new(Mutex::new(Vec::new()));
    let handles: Vec<_> = (0..50)
        .map(|i| {
            let order = Arc::clone(&order);
            lane.submit(format!("job {i}"), move |_| {
                order.lock().unwrap().push(i);
                Ok(std::thread::current().name().map(str::to_owned))
            })
            .unwrap()
        })
        .collect();
    for handle in handles {
        assert_eq!(handle.wait(), Ok(Some("ordered 1".to_owned())));
    }
    assert_eq!(*order.lock().unwrap(), (0..50).collect::<Vec<_>>());
}

#[test]
fn a_full_lane_refuses_and_leaves_no_trace() {
    let (jobs, _) = fixture();
    let lane = Lane::new(&jobs, "Downloads", 1, 2).unwrap();
    let (busy, release) = occupy(&lane, "busy");
    let first = lane.submit("first", |_| Ok(1)).unwrap();
    let second = lane.submit("second", |_| Ok(2)).unwrap();
    let refused = lane.submit("third", |_| Ok(3)).err().unwrap();
    assert_eq!((refused.lane.as_str(), refused.capacity), ("Downloads", 2));
    assert_eq!(names(&jobs), ["busy", "first", "second"]);
    drop(release);
    busy.wait().unwrap();
    assert_eq!((first.wait(), second.wait()), (Ok(1), Ok(2)));
}

#[test]
fn cancelling_a_waiting_job_frees_its_place_at_once() {
    let (jobs, _) = fixture();
    let lane = Lane::new(&jobs, "lane", 1, 1).unwrap();
    let (busy, release) = occupy(&lane, "busy");
    let mut waiting: JobHandle<()> = lane.submit("waiting", |_| panic!("must not run")).unwrap();
    assert!(jobs.cancel(waiting.id()));
    assert_eq!(waiting.poll(), Some(Err(JobError::Cancelled)), "although the worker is busy");
    assert_eq!(lane.waiting_count(), 0);
    let next = lane.submit("next", |_| Ok(())).unwrap();
    drop(release);
    assert_eq!((busy.wait(), next.wait()), (Ok(()), Ok(())));
}

#[test]
fn a_dropped_lane_cancels_what_waits_and_lets_the_running_job_end() {
    let (jobs, _) = fixture();
    let lane = Lane::new(&jobs, "lane", 1, 4).unwrap();
    let (busy, release) = occupy(&lane, "busy");
    let waiting = lane.submit("waiting", |_| Ok(())).unwrap();
    drop(lane);
    assert_eq!(waiting.wait(), Err(JobError::Cancelled));
    drop(release);
    assert_eq!(busy.wait(), Ok(()));
}

#[test]
fn the_workers_of_a_dropped_lane_leave() {
    thread_local! {
        static KEPT_BY_THE_THREAD: RefCell<Option<SyncSender<()>>> = const { RefCell::new(None) };
    }
    let (jobs, _) = fixture();
    let lane = Lane::new(&jobs, "lane", 1, 4).unwrap();
    let (alive, gone) = sync_channel::<()>(0);
    let keep = lane.submit("keep", move |_| {
        KEPT_BY_THE_THREAD.set(Some(alive));
        Ok(())
    });
    keep.unwrap().wait().unwrap();
    let clone = lane.clone();
    drop(lane);
    assert_eq!(clone.submit("still open", |_| Ok(1)).unwrap().wait(), Ok(1));
    drop(clone);
    assert_eq!(gone.recv_timeout(PATIENCE), Err(RecvTimeoutError::Disconnected), "its locals are dropped");
}

#[test]
fn a_panic_does_not_cost_the_lane_its_worker() {
    let (jobs, _) = fixture();
    let lane = Lane::new(&jobs, "lane", 1, 4).unwrap();
    let bad: JobHandle<()> = lane.submit("bad", |_| panic!("no")).unwrap();
    let good = lane.submit("good", |_| Ok(9)).unwrap();
    assert!(matches!(bad.wait(), Err(JobError::Panicked { .. })));
    assert_eq!(good.wait(), Ok(9));
}

#[test]
fn cancelling_all_starts_nothing_that_waited() {
    let (jobs, _) = fixture();
    let lane = Lane::new(&jobs, "lane", 1, 4).unwrap();
    let (begin, begun) = sync_channel::<()>(0);
    let running: JobHandle<()> = lane
        .submit("running", move |job| {
            begin.send(()).ok();
            loop {
                job.check()?;
                std::thread::yield_now();
            }
        })
        .unwrap();
    begun.recv().unwrap();
    let waiting: JobHandle<()> = lane.submit("waiting", |_| panic!("must not run")).unwrap();
    jobs.cancel_all();
    assert!(jobs.wait_until_idle(PATIENCE));
    assert_eq!(running.wait(), Err(JobError::Cancelled));
    assert_eq!(waiting.wait(), Err(JobError::Cancelled));
}

// ---------------------------------------------------------------------------------------------------------
// Deadlines

#[test]
fn silence_ends_the_first_step() {
    let mut deadline = Deadline::start(DeadlineSteps::NETWORK, secs(10));
    assert_eq!(deadline.check(secs(69)), Ok(()));
    assert_eq!(deadline.remaining(secs(69)), Some(secs(1)));
    let expected = JobError::DeadlineExceeded { step: 1, steps: 3, allowed_secs: 60 };
    assert_eq!(deadline.check(secs(70)), Err(expected));
}

#[test]
fn progress_opens_the_next_step_and_the_last_one_again() {
    let mut deadline = Deadline::start(DeadlineSteps::NETWORK, secs(0));
    let mut now = 0;
    for length in [60, 120, 300, 300, 300] {
        assert_eq!(deadline.remaining(secs(now)), Some(secs(length)));
        deadline.note_progress();
        now += length;
        assert_eq!(deadline.check(secs(now)), Ok(()));
    }
    let expected = JobError::DeadlineExceeded { step: 3, steps: 3, allowed_secs: 300 };
    assert_eq!(deadline.check(secs(now + 300)), Err(expected));
}

#[test]
fn without_steps_there_is_no_deadline() {
    let mut deadline = Deadline::start(DeadlineSteps::new(&[]), secs(0));
    assert_eq!(deadline.check(Duration::MAX), Ok(()));
    assert_eq!(deadline.remaining(secs(1)), None);
}

#[test]
fn a_job_that_repeats_the_same_number_makes_no_progress() {
    let (jobs, clock) = fixture();
    let handle = jobs.spawn("download", {
        let clock = Arc::clone(&clock);
        move |job| {
            assert_eq!(job.remaining(), None);
            job.set_deadline(DeadlineSteps::NETWORK);
            job.progress(100, 1000);
            clock.advance(secs(60));
            job.check()?;
            assert_eq!(job.remaining(), Some(secs(120)));
            job.progress(100, 1000);
            clock.advance(secs(120));
            job.check()
        }
    });
    let expected = JobError::DeadlineExceeded { step: 2, steps: 3, allowed_secs: 120 };
    assert_eq!(handle.wait(), Err(expected));
    let JobState::Failed(why) = jobs.snapshot().remove(0).state else { panic!("it failed") };
    assert!(why.contains("120 s") && why.contains("step 2 of 3"), "{why}");
}

// ---------------------------------------------------------------------------------------------------------
// The breaker

fn breaker(failures: u32) -> (CircuitBreaker, Arc<FakeClock>) {
    let clock = Arc::new(FakeClock::new());
    (CircuitBreaker::new(failures, secs(30), clock.clone()), clock)
}

fn fail(breaker: &CircuitBreaker) -> Result<(), BreakerError<&'static str>> {
    breaker.call(|| Err("no answer"))
}

#[test]
fn a_breaker_opens_after_failures_in_a_row_only() {
    let (breaker, clock) = breaker(3);
    for _ in 0..2 {
        assert_eq!(fail(&breaker), Err(BreakerError::Failed("no answer")));
    }
    assert_eq!(breaker.call(|| Ok::<_, ()>(1)), Ok(1));
    for _ in 0..3 {
        assert_eq!(breaker.state(), BreakerState::Closed);
        fail(&breaker).unwrap_err();
    }
    assert_eq!(breaker.state(), BreakerState::Open);
    clock.advance(Duration::from_millis(500));
    let mut called = false;
    let refused = breaker.call(|| {
        called = true;
        Ok::<_, ()>(())
    });
    assert_eq!(refused, Err(BreakerError::Open(BreakerOpen { retry_in_secs: 30 })));
    assert!(!called);
}

#[test]
fn after_the_cool_down_one_probe_decides() {
    let (breaker, clock) = breaker(1);
    fail(&breaker).unwrap_err();
    clock.advance(secs(30));
    assert_eq!(breaker.state(), BreakerState::HalfOpen);
    let probe = breaker.try_acquire().unwrap();
    assert_eq!(breaker.try_acquire().err(), Some(BreakerOpen { retry_in_secs: 0 }), "one probe only");
    probe.failure();
    assert_eq!(breaker.state(), BreakerState::Open);

    clock.advance(secs(29));
    assert_eq!(
        breaker.try_acquire().err(),
        Some(BreakerOpen { retry_in_secs: 1 }),
        "a whole cool-down again"
    );
    clock.advance(secs(1));
    breaker.try_acquire().unwrap().success();
    assert_eq!(breaker.state(), BreakerState::Closed);
}

#[test]
fn a_permit_dropped_without_a_verdict_is_a_failure() {
    let (breaker, _) = breaker(1);
    drop(breaker.try_acquire().unwrap());
    assert_eq!(breaker.state(), BreakerState::Open);

    let (jobs, _) = fixture();
    let (other, _) = self::breaker(1);
    let inside = other.clone();
    let job: JobHandle<()> = jobs.spawn("call", move |_| {
        inside.call(|| -> Result<(), JobError> { panic!("in the call") }).map_err(JobError::failed)
    });
    job.wait().unwrap_err();
    assert_eq!(other.state(), BreakerState::Open);
}

#[test]
fn a_verdict_from_before_the_opening_is_ignored() {
    let (breaker, clock) = breaker(1);
    let slow_success = breaker.try_acquire().unwrap();
    let slow_failure = breaker.try_acquire().unwrap();
    fail(&breaker).unwrap_err();
    slow_success.success();
    assert_eq!(breaker.state(), BreakerState::Open);
    clock.advance(secs(30));
    breaker.call(|| Ok::<_, ()>(())).unwrap();
    slow_failure.failure();
    assert_eq!(breaker.state(), BreakerState::Closed);
}

#[test]
fn of_many_threads_one_gets_the_probe() {
    let (breaker, clock) = breaker(1);
    fail(&breaker).unwrap_err();
    clock.advance(secs(30));
    let permits: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| breaker.try_acquire().ok())).collect();
        threads.into_iter().filter_map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(permits.len(), 1);
}

// ---------------------------------------------------------------------------------------------------------
// Latest wins

#[test]
fn the_newest_value_supersedes_the_older() {
    let slot = Latest::new();
    assert_eq!(slot.wait_take(Duration::ZERO), Taken::TimedOut);
    for value in 1..=4 {
        assert!(slot.put(value));
    }
    assert!(slot.is_waiting());
    assert_eq!(slot.take(), Some(4));
    assert_eq!((slot.take(), slot.superseded()), (None, 3));
    slot.put(5);
    assert_eq!(slot.wait_take(PATIENCE), Taken::Value(5));
}

#[test]
fn a_closed_slot_takes_nothing_and_ends_the_wait() {
    let slot = Latest::new();
    slot.put(1);
    let other = slot.clone();
    std::thread::scope(|scope| {
        assert_eq!(slot.take(), Some(1));
        let waiting = scope.spawn(|| other.wait_take(PATIENCE));
        slot.close();
        assert_eq!(waiting.join().unwrap(), Taken::Closed);
    });
    assert!(!slot.put(2));
    assert_eq!((slot.take(), slot.wait(), slot.is_closed()), (None, None, true));
}

#[test]
fn a_latest_worker_skips_what_was_superseded() {
    let (jobs, _) = fixture();
    let (begin, begun) = sync_channel::<u32>(0);
    let (release, released) = sync_channel::<()>(0);
    let mut worker = LatestWorker::new(&jobs, "render", move |request: u32, newer| {
        begin.send(request).ok();
        released.recv().ok();
        (!newer.is_waiting()).then_some(request * 10)
    })
    .unwrap();
    assert!(!worker.is_busy());
    worker.request(1);
    assert_eq!(begun.recv(), Ok(1));
    for request in 2..=5 {
        worker.request(request);
    }
    assert!(worker.is_busy());
    // 1 is abandoned halfway, 2 to 4 are never begun.
    release.send(()).unwrap();
    assert_eq!(begun.recv(), Ok(5));
    release.send(()).unwrap();
    assert_eq!(worker.wait(), Some(Ok(50)));
    assert_eq!((worker.take(), worker.superseded()), (None, 3));
}

#[test]
fn a_latest_worker_survives_a_panic_and_leaves_when_dropped() {
    let (jobs, _) = fixture();
    let (alive, gone) = sync_channel::<()>(1);
    let mut worker = LatestWorker::new(&jobs, "render", move |request: u32, _| {
        let _alive = &alive;
        assert_ne!(request, 0, "nothing to draw");
        Some(request)
    })
    .unwrap();
    worker.request(0);
    assert!(matches!(worker.wait(), Some(Err(JobError::Panicked { message })) if message.contains("draw")));
    worker.request(1);
    assert_eq!(worker.wait(), Some(Ok(1)));
    drop(worker);
    // The closure, and the sender in it, goes with the thread.
    assert!(gone.recv().is_err());
}

#[test]
fn the_handles_may_cross_threads() {
    fn is_send_and_sync<T: Send + Sync>() {}
    fn is_send<T: Send>() {}
    is_send_and_sync::<Jobs>();
    is_send_and_sync::<Lane>();
    is_send_and_sync::<CircuitBreaker>();
    is_send_and_sync::<Latest<Vec<u8>>>();
    is_send::<JobHandle<Vec<u8>>>();
}
