use super::{Fault, Problem};
use crate::placement::costs::Cells;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Collapses points into cells while they arrive: a point is kept only as weight of the set of sites that reach it.
pub struct Collector {
    sites: Vec<[f64; 2]>,
    radius: f64,
    grid: Grid,
    weights: HashMap<Box<[u32]>, i64, BuildHasherDefault<Mixer>>,
    out_of_reach: i64,
    points: u64,
    found: Vec<u32>,
}

/// Sites by square of the plane, each as wide as the radius.
struct Grid {
    origin: [f64; 2],
    width: f64,
    columns: i64,
    rows: i64,
    starts: Vec<u32>,
    members: Vec<u32>,
}

/// Most squares of the grid along one side.
const SIDE: f64 = 2048.0;

impl Grid {
    fn new(sites: &[[f64; 2]], radius: f64) -> Self {
        let low = |k: usize| sites.iter().map(|s| s[k]).fold(f64::INFINITY, f64::min);
        let high = |k: usize| sites.iter().map(|s| s[k]).fold(f64::NEG_INFINITY, f64::max);
        let span = (high(0) - low(0)).max(high(1) - low(1));
        let width = radius.max(span / SIDE).max(f64::MIN_POSITIVE);
        let origin = [low(0) - width, low(1) - width];
        let cells = |k: usize| ((high(k) - origin[k]) / width) as i64 + 2;
        let (columns, rows) = (cells(0), cells(1));
        let mut grid = Self { origin, width, columns, rows, starts: Vec::new(), members: Vec::new() };
        // A site is listed in the nine squares around its own, so that a point looks into one square only.
        let mut lists = vec![Vec::new(); (columns * rows) as usize];
        for (i, s) in sites.iter().enumerate() {
            let (a, b) = grid.square(s);
            for (x, y) in (a - 1..=a + 1).flat_map(|x| (b - 1..=b + 1).map(move |y| (x, y))) {
                if (0..columns).contains(&x) && (0..rows).contains(&y) {
                    lists[(y * columns + x) as usize].push(i as u32);
                }
            }
        }
        grid.starts.push(0);
        for list in lists {
            grid.members.extend(list);
            grid.starts.push(grid.members.len() as u32);
        }
        grid
    }
    fn square(&self, point: &[f64; 2]) -> (i64, i64) {
        let at = |k: usize| ((point[k] - self.origin[k]) / self.width).floor().clamp(-2.0, 1e9) as i64;
        (at(0), at(1))
    }
    fn near(&self, point: &[f64; 2]) -> &[u32] {
        let (x, y) = self.square(point);
        if !(0..self.columns).contains(&x) || !(0..self.rows).contains(&y) {
            return &[];
        }
        let at = (y * self.columns + x) as usize;
        &self.members[self.starts[at] as usize..self.starts[at + 1] as usize]
    }
}

/// A fast hash for short lists of site numbers (no protection against chosen keys is needed: a set is bounded by the
/// number of sites, and a slow table is the worst that could happen).
#[derive(Default)]
struct Mixer(u64);

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(word));
        }
    }
    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(23) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 29)
    }
}

impl Collector {
    /// Starts with the sites and the radius within which a site reaches a point (both in the same unit of length).
    pub fn new(sites: Vec<[f64; 2]>, radius: f64) -> Result<Self, Fault> {
        if sites.is_empty() {
            return Err(Fault::NoSite);
        }
        if !(radius.is_finite() && radius >= 0.0) || sites.iter().flatten().any(|x| !x.is_finite()) {
            return Err(Fault::Radius(radius));
        }
        let grid = Grid::new(&sites, radius);
        let weights = HashMap::default();
        Ok(Self { sites, radius, grid, weights, out_of_reach: 0, points: 0, found: Vec::new() })
    }

    /// Adds a point with its weight.
    pub fn add(&mut self, point: [f64; 2], weight: i64) {
        let reach = self.radius * self.radius;
        self.points += 1;
        self.found.clear();
        for &i in self.grid.near(&point) {
            let s = self.sites[i as usize];
            let (dx, dy) = (s[0] - point[0], s[1] - point[1]);
            if dx * dx + dy * dy <= reach {
                self.found.push(i);
            }
        }
        if self.found.is_empty() {
            self.out_of_reach += weight;
        } else if let Some(sum) = self.weights.get_mut(&self.found[..]) {
            *sum += weight;
        } else {
            self.weights.insert(self.found.clone().into_boxed_slice(), weight);
        }
    }

    /// Number of points added.
    pub fn points(&self) -> u64 {
        self.points
    }

    /// The problem of opening `count` sites, its cells in an order that does not depend on that of the points.
    pub fn finish(self, count: usize) -> Result<Problem, Fault> {
        let mut all: Vec<(Box<[u32]>, i64)> = self.weights.into_iter().filter(|w| w.1 > 0).collect();
        all.sort_unstable();
        let mut cells = Cells::new(self.sites.len());
        for (covers, weight) in &all {
            cells.push(covers, *weight);
        }
        Problem::new(cells, self.out_of_reach, count)
    }
}
