//! The lanes. One function body, compiled three times for three instruction sets: whole-number arithmetic only, so the
//! three give the same bits.

// The only `unsafe` of this room: calling a function compiled for an instruction set that was found at run time, and
// reading sixteen 64-bit words as sixty-four 16-bit ones. Both buy the vector registers of the machine at hand while
// one portable binary is shipped; the safe spelling halves the speed.
#![expect(unsafe_code, reason = "see above")]
// Each copy of the loop must be compiled inside the function that enables its instructions.
#![expect(clippy::inline_always, reason = "see above")]

use super::{CellOptions, CellProblem, CellTally, Demand};
use crate::stats::stream::{GOLDEN, Purpose, Root, mix};

/// Replications side by side.
pub const LANES: usize = 64;

/// Streams of random numbers side by side, four replications each.
const STREAMS: usize = LANES / 4;

/// Instruction sets for which the lanes are compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instructions {
    /// What every machine of the architecture has.
    Baseline,
    /// 256-bit registers.
    Avx2,
    /// 512-bit registers with 16-bit lanes (AVX-512 F, BW, VL, DQ).
    Avx512,
}

impl Instructions {
    /// The best that this machine has.
    pub fn best() -> Self {
        [Self::Avx512, Self::Avx2].into_iter().find(|i| i.present()).unwrap_or(Self::Baseline)
    }
    /// Whether this machine has it.
    pub fn present(self) -> bool {
        #[cfg(target_arch = "x86_64")]
        match self {
            Self::Baseline => true,
            Self::Avx2 => is_x86_feature_detected!("avx2"),
            Self::Avx512 => {
                is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512dq")
            }
        }
        #[cfg(not(target_arch = "x86_64"))]
        {
            self == Self::Baseline
        }
    }
}

/// A value for each lane.
type Lanes = [u16; LANES];

/// xoshiro256++ sixteen times.
#[derive(Clone)]
#[repr(align(64))]
struct Streams([[u64; STREAMS]; 4]);

impl Streams {
    fn new(seed: u64, block: u32, cell: usize) -> Self {
        let root = Root::new(seed, Purpose::Cell, block);
        let mut state = [[0; STREAMS]; 4];
        for lane in 0..STREAMS {
            let hash = root.entity((cell * STREAMS + lane) as u64, 0);
            for (k, word) in state.iter_mut().enumerate() {
                word[lane] = mix(hash.wrapping_add(GOLDEN.wrapping_mul(k as u64 + 1)));
            }
        }
        Self(state)
    }

    /// The next number of every lane: replication `4 i + j` gets the bits `16 j … 16 j + 15` of stream `i`.
    #[inline(always)]
    fn next(&mut self) -> Lanes {
        let [a, b, c, d] = &mut self.0;
        let mut out = [0u64; STREAMS];
        for k in 0..STREAMS {
            out[k] = a[k].wrapping_add(d[k]).rotate_left(23).wrapping_add(a[k]).to_le();
            let t = b[k] << 17;
            c[k] ^= a[k];
            d[k] ^= b[k];
            b[k] ^= c[k];
            a[k] ^= d[k];
            c[k] ^= t;
            d[k] = d[k].rotate_left(45);
        }
        // SAFETY: both are plain 128-byte arrays of whole numbers; the words are in little-endian order.
        let lanes: Lanes = unsafe { std::mem::transmute::<[u64; STREAMS], Lanes>(out) };
        if cfg!(target_endian = "big") { lanes.map(u16::swap_bytes) } else { lanes }
    }
}

/// Demand of a class in the shape the lanes use.
#[derive(Clone, Debug, Default)]
struct Steps {
    /// Leading halves of those thresholds that a 16-bit number can exceed.
    high: Vec<u16>,
    /// All thresholds.
    full: Vec<u32>,
    /// Whether a number ties with the leading half of a threshold: bit `u % 64` of word `u / 64`.
    ties: Vec<u16>,
}

impl Steps {
    fn set(&mut self, demand: &Demand) {
        self.full.clear();
        self.full.extend(demand.thresholds());
        self.high.clear();
        self.high.extend(self.full.iter().map(|t| (t >> 16) as u16).filter(|&h| h < u16::MAX));
        self.ties.clear();
        self.ties.extend(self.full.iter().map(|t| (t >> 16) as u16));
        self.ties.dedup();
    }

    /// Thresholds not above the 32-bit number whose leading half is `u` and ties with one of them.
    #[cold]
    #[inline(never)]
    fn refined(&self, u: u16, low: u16) -> u16 {
        let full = u32::from(u) << 16 | u32::from(low);
        self.full.iter().filter(|&&t| t <= full).count() as u16
    }
}

/// The part of a block that the lanes change.
#[repr(align(64))]
struct State {
    streams: Streams,
    ground: Lanes,
    demand: Lanes,
    sales: Lanes,
}

/// Working space of one thread.
#[derive(Default)]
pub(super) struct Work {
    steps: Vec<Steps>,
    /// Sales of the last `lead_days` days by day modulo lead time.
    pipeline: Vec<Lanes>,
}

/// Names the draws that refine a tie.
#[derive(Clone, Copy)]
struct Place {
    seed: u64,
    first_replication: u32,
    cell: u64,
}

impl Place {
    #[cold]
    #[inline(never)]
    fn low_bits(self, lane: usize, day: u32) -> u16 {
        let root = Root::new(self.seed, Purpose::Cell, self.first_replication + lane as u32);
        (root.entity(self.cell, day + 1) >> 48) as u16
    }
}

impl Work {
    /// One cell in sixty-four replications.
    pub fn block(&mut self, p: &CellProblem, options: &CellOptions, number: usize, block: u32) -> [CellTally; LANES] {
        let cell = &p.cells()[number];
        let lead = cell.lead_days as usize;
        self.steps.resize_with(cell.demand.len(), Steps::default);
        for (steps, demand) in self.steps.iter_mut().zip(&cell.demand) {
            steps.set(demand);
        }
        self.pipeline.clear();
        self.pipeline.resize(lead, [0; LANES]);
        let mut state = State {
            streams: Streams::new(options.seed, block, number),
            ground: [cell.level; LANES],
            demand: [0; LANES],
            sales: [0; LANES],
        };
        let place = Place { seed: options.seed, first_replication: block * LANES as u32, cell: number as u64 };
        // So many days that no 16-bit sum overflows.
        let largest = self.steps.iter().map(|s| s.full.len()).max().unwrap_or(0).max(1);
        let span = (usize::from(u16::MAX) / largest).max(1);
        let mut tallies = [CellTally::default(); LANES];
        let mut day = 0;
        for days in p.class_of_day().chunks(span) {
            self.days(options.instructions, &mut state, days, day, place);
            day += days.len();
            for (k, tally) in tallies.iter_mut().enumerate() {
                tally.demand += u64::from(std::mem::take(&mut state.demand[k]));
                tally.sales += u64::from(std::mem::take(&mut state.sales[k]));
            }
        }
        self.stock(&mut tallies, u64::from(cell.level), day);
        tallies
    }

    /// A car sold on day s is missing on the evenings s … s + L − 1, as far as the horizon T reaches:
    /// Σ stock = S T − L Σ sales + Σ over the sales of the last L − 1 days of (L − (T − s)).
    fn stock(&self, tallies: &mut [CellTally; LANES], level: u64, days: usize) {
        let lead = self.pipeline.len();
        for (k, tally) in tallies.iter_mut().enumerate() {
            let mut beyond = 0;
            for s in days.saturating_sub(lead - 1)..days {
                beyond += u64::from(self.pipeline[s % lead][k]) * (lead - (days - s)) as u64;
            }
            tally.stock_days = level * days as u64 + beyond - lead as u64 * tally.sales;
        }
    }

    fn days(&mut self, instructions: Instructions, state: &mut State, days: &[u8], first: usize, place: Place) {
        #[cfg(target_arch = "x86_64")]
        if instructions.present() {
            match instructions {
                // SAFETY: `present` has found the features of each branch on this machine.
                Instructions::Avx512 => return unsafe { self.days_avx512(state, days, first, place) },
                Instructions::Avx2 => return unsafe { self.days_avx2(state, days, first, place) },
                Instructions::Baseline => {}
            }
        }
        let _ = instructions;
        self.days_inline(state, days, first, place);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq")]
    fn days_avx512(&mut self, state: &mut State, days: &[u8], first: usize, place: Place) {
        self.days_inline(state, days, first, place);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn days_avx2(&mut self, state: &mut State, days: &[u8], first: usize, place: Place) {
        self.days_inline(state, days, first, place);
    }

    #[inline(always)]
    fn days_inline(&mut self, state: &mut State, days: &[u8], first: usize, place: Place) {
        let lead = self.pipeline.len();
        let mut slot = first % lead;
        let mut streams = state.streams.clone();
        let (mut ground, mut demand, mut sales) = (state.ground, state.demand, state.sales);
        for (day, &class) in days.iter().enumerate() {
            let steps = &self.steps[class as usize];
            let u = streams.next();
            let mut count = counts(&steps.high, &u);
            if any_tie(&steps.ties, &u) {
                for lane in 0..LANES {
                    if steps.ties.contains(&u[lane]) {
                        count[lane] = steps.refined(u[lane], place.low_bits(lane, (first + day) as u32));
                    }
                }
            }
            let past = &mut self.pipeline[slot];
            for k in 0..LANES {
                ground[k] += past[k];
                let sold = count[k].min(ground[k]);
                ground[k] -= sold;
                past[k] = sold;
                demand[k] += count[k];
                sales[k] += sold;
            }
            slot += 1;
            if slot == lead {
                slot = 0;
            }
        }
        (state.streams, state.ground, state.demand, state.sales) = (streams, ground, demand, sales);
    }
}

/// Thresholds below each number.
#[inline(always)]
fn counts(high: &[u16], u: &Lanes) -> Lanes {
    let mut count = [0; LANES];
    for &h in high {
        for k in 0..LANES {
            count[k] += u16::from(u[k] > h);
        }
    }
    count
}

/// Whether any number equals any of the leading halves.
#[inline(always)]
fn any_tie(ties: &[u16], u: &Lanes) -> bool {
    let mut tie = [0u16; LANES];
    for &t in ties {
        for k in 0..LANES {
            tie[k] |= u16::from(u[k] == t);
        }
    }
    tie.iter().fold(0, |a, b| a | b) != 0
}
