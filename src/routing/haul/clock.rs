//! A driver's days by a plain rule: drive until a break or a rest is due, wait for the yard. Whatever it drives has a schedule.

use crate::routing::hours::{Activity, Kind, Rules};

/// Later than anything.
pub(super) const EVER: u32 = u32::MAX / 4;
/// Minutes of a day.
pub(super) const DAY: u32 = 1440;
/// Minutes of the first day at which a tour may start, the likeliest first.
const STARTS: [u32; 3] = [300, 0, 480];

/// A stop as a driver meets it, in minutes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Visit {
    /// Driving from the stop before.
    pub driving: u32,
    /// Work at the stop.
    pub work: u32,
    /// The work begins in these minutes of a day,
    pub opens: u32,
    /// and not later than this one,
    pub closes: u32,
    /// and not after this minute of the week.
    pub due: u32,
}

impl Visit {
    /// Nothing to do.
    pub(super) const NOTHING: Self = Self { driving: 0, work: 0, opens: 0, closes: 0, due: 0 };
}

/// Whether a tour keeps its due times from one of the starts.
pub(super) fn drives(rules: &Rules, tour: &[Visit]) -> bool {
    lawful(rules, tour) && STARTS.into_iter().any(|start| run(rules, tour, start).is_some())
}

/// The earliest end over the starts.
pub(super) fn ends(rules: &Rules, tour: &[Visit]) -> Option<u32> {
    if !lawful(rules, tour) {
        return None;
    }
    STARTS.into_iter().filter_map(|start| run(rules, tour, start)).min()
}

/// What the driver does on the tour that ends first over the starts.
pub(super) fn schedule(rules: &Rules, tour: &[Visit]) -> Option<Vec<Activity>> {
    if !lawful(rules, tour) {
        return None;
    }
    let done = STARTS.into_iter().filter_map(|start| {
        let mut clock = Clock::new(rules, start);
        clock.done = Some(Vec::new());
        let end = clock.run(tour)?;
        Some((end, clock.done?))
    });
    done.min_by_key(|d| d.0).map(|d| d.1)
}

/// Whether driving and work of the whole tour are allowed.
fn lawful(rules: &Rules, tour: &[Visit]) -> bool {
    let (driving, work) = tour.iter().fold((0u64, 0u64), |(d, w), v| (d + u64::from(v.driving), w + u64::from(v.work)));
    driving <= rules.week_driving.into() && driving + work <= rules.week_duty.into()
}

struct Clock<'a> {
    rules: &'a Rules,
    time: u32,
    /// When the driver's day began.
    day: u32,
    /// Driving since the break, and of the day.
    since: u32,
    driven: u32,
    /// What was done, if that is asked for.
    done: Option<Vec<Activity>>,
}

fn run(rules: &Rules, tour: &[Visit], start: u32) -> Option<u32> {
    Clock::new(rules, start).run(tour)
}

impl<'a> Clock<'a> {
    fn new(rules: &'a Rules, start: u32) -> Self {
        Self { rules, time: start, day: start, since: 0, driven: 0, done: None }
    }

    fn run(&mut self, tour: &[Visit]) -> Option<u32> {
        for visit in tour {
            self.drive(visit.driving);
            if !self.work(visit) {
                return None;
            }
        }
        Some(self.time)
    }

    /// Passes time until a moment; a rest that goes on is one rest, and nobody waits before the first thing is done.
    fn pass(&mut self, kind: Kind, until: u32) {
        if let Some(done) = &mut self.done {
            match done.last_mut() {
                Some(last) if last.kind == Kind::Rest && matches!(kind, Kind::Wait | Kind::Rest) => last.end = until,
                None if kind == Kind::Wait => {}
                _ if until > self.time || kind == Kind::Work => {
                    done.push(Activity { kind, start: self.time, end: until });
                }
                _ => {}
            }
        }
        self.time = until;
    }

    fn rest(&mut self) {
        self.pass(Kind::Rest, (self.time + self.rules.rest).max(self.day + self.rules.period));
        self.wake();
    }

    /// A new day begins now.
    fn wake(&mut self) {
        self.day = self.time;
        (self.since, self.driven) = (0, 0);
    }

    fn drive(&mut self, mut left: u32) {
        while left > 0 {
            let tired = self.rules.driving - self.driven;
            let closed = (self.day + self.rules.window).saturating_sub(self.time);
            let step = left.min(tired).min(closed).min(self.rules.before_break - self.since);
            self.pass(Kind::Drive, self.time + step);
            self.since += step;
            self.driven += step;
            left -= step;
            if left == 0 {
                return;
            }
            if step == tired || step == closed {
                self.rest();
            } else {
                self.pass(Kind::Break, self.time + self.rules.pause);
                self.since = 0;
            }
        }
    }

    /// Works when the yard is open; false when that is too late, or longer than a day.
    fn work(&mut self, visit: &Visit) -> bool {
        for _ in 0..2 {
            let begin = opening(self.time, visit);
            if begin > visit.due {
                return false;
            }
            let waited = begin - self.time;
            let fresh = self.time == self.day;
            let slept = waited >= self.rules.rest && begin >= self.day + self.rules.period;
            let day = if fresh || slept { begin } else { self.day };
            if begin + visit.work <= day + self.rules.window {
                self.pass(if slept && !fresh { Kind::Rest } else { Kind::Wait }, begin);
                if fresh || slept {
                    self.wake();
                }
                if waited >= self.rules.pause {
                    self.since = 0;
                }
                self.pass(Kind::Work, begin + visit.work);
                return true;
            }
            if fresh {
                return false;
            }
            self.rest();
        }
        false
    }
}

/// The first moment from `time` on at which work may begin.
fn opening(time: u32, visit: &Visit) -> u32 {
    let minute = time % DAY;
    if minute < visit.opens {
        time + (visit.opens - minute)
    } else if minute > visit.closes {
        time + (DAY - minute) + visit.opens
    } else {
        time
    }
}
