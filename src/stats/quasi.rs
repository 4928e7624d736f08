//! Points that fill the unit cube more evenly than chance: scrambled Sobol nets and Latin hypercubes, in blocks.
//!
//! A block of `n` points is one random experiment: blocks are independent of each other, each point is uniform, and the
//! mean over a block is unbiased. So the interval of the block means is honest, which the interval of the points is not.

use super::stream::{Purpose, Root, mix, unit};

/// Dimensions with Sobol direction numbers; beyond them each dimension is a Latin hypercube of its own.
pub const SOBOL: usize = 21;

/// Primitive polynomials (degree, inner coefficients) and initial direction numbers of dimensions 2 to 21 (Joe & Kuo
/// 2008).
const DIRECTIONS: [(u32, u32, &[u32]); SOBOL - 1] = [
    (1, 0, &[1]),
    (2, 1, &[1, 3]),
    (3, 1, &[1, 3, 1]),
    (3, 2, &[1, 1, 1]),
    (4, 1, &[1, 1, 3, 3]),
    (4, 4, &[1, 3, 5, 13]),
    (5, 2, &[1, 1, 5, 5, 17]),
    (5, 4, &[1, 1, 5, 5, 5]),
    (5, 7, &[1, 1, 7, 11, 19]),
    (5, 11, &[1, 1, 5, 1, 1]),
    (5, 13, &[1, 1, 1, 3, 11]),
    (5, 14, &[1, 3, 5, 5, 31]),
    (6, 1, &[1, 3, 3, 9, 7, 49]),
    (6, 13, &[1, 1, 1, 15, 21, 21]),
    (6, 16, &[1, 3, 1, 13, 27, 49]),
    (6, 19, &[1, 1, 1, 15, 7, 5]),
    (6, 22, &[1, 3, 1, 15, 13, 25]),
    (6, 25, &[1, 1, 5, 5, 19, 61]),
    (7, 1, &[1, 3, 7, 11, 23, 15, 103]),
    (7, 4, &[1, 3, 7, 13, 13, 15, 69]),
];

/// Points of one block.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    root: Root,
    size: u32,
}

impl Block {
    /// Block number `block` of `size` points under a seed (a power of two gives nets their full strength).
    pub fn new(seed: u64, block: u32, size: u32) -> Self {
        Self { root: Root::new(seed, Purpose::Quasi, block), size: size.max(1) }
    }

    /// Coordinate `dimension` of point `index` of the block, inside the open unit interval.
    pub fn at(&self, index: u32, dimension: usize) -> f64 {
        if dimension < SOBOL {
            let key = self.root.entity(dimension as u64, 0);
            let jitter = mix(key ^ u64::from(index).wrapping_add(0x9e37));
            let leading = u64::from(scrambled(sobol(index, dimension), key));
            return unit(leading << 32 | jitter >> 32);
        }
        // The rank of the point's hash among its block is a random permutation.
        let hash = |k: u32| (self.root.entity(dimension as u64, k + 1), k);
        let own = hash(index);
        let rank = (0..self.size).filter(|&k| hash(k) < own).count();
        (rank as f64 + unit(mix(own.0))) / f64::from(self.size)
    }
}

/// The Sobol point as 32 bits.
fn sobol(index: u32, dimension: usize) -> u32 {
    let directions = directions(dimension);
    (0..32).filter(|k| index >> k & 1 == 1).fold(0, |x, k| x ^ directions[k])
}

/// v_k = m_k 2^(32 − k), with m_k = 2 a_1 m_(k−1) ⊕ 4 a_2 m_(k−2) ⊕ … ⊕ 2^s m_(k−s) ⊕ m_(k−s).
fn directions(dimension: usize) -> [u32; 32] {
    let mut v = [0u32; 32];
    if dimension == 0 {
        for (k, v) in v.iter_mut().enumerate() {
            *v = 1 << (31 - k);
        }
        return v;
    }
    let (degree, inner, initial) = DIRECTIONS[dimension - 1];
    let s = degree as usize;
    for k in 0..32 {
        v[k] = if k < s {
            initial[k] << (31 - k)
        } else {
            let mut x = v[k - s] ^ (v[k - s] >> s);
            for j in 1..s {
                if inner >> (s - 1 - j) & 1 == 1 {
                    x ^= v[k - j];
                }
            }
            x
        };
    }
    v
}

/// Owen's nested scrambling: each bit is flipped by a hash of the bits before it.
fn scrambled(x: u32, key: u64) -> u32 {
    let mut out = 0;
    for bit in 0..32u32 {
        let before = if bit == 0 { 0 } else { u64::from(x >> (32 - bit)) };
        let flip = mix(key ^ mix(before << 6 | u64::from(bit))) as u32 & 1;
        out = out << 1 | ((x >> (31 - bit) & 1) ^ flip);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dimension_of_a_block_hits_every_stratum_once() {
        let block = Block::new(4, 7, 64);
        for dimension in [0, 1, 5, 20, 21, 400] {
            let mut seen = [0; 64];
            (0..64).for_each(|i| seen[(block.at(i, dimension) * 64.0) as usize] += 1);
            assert!(seen.iter().all(|&n| n == 1), "{dimension}");
        }
    }

    #[test]
    fn the_first_two_dimensions_are_a_net() {
        // 64 points: every rectangle of 2^-a × 2^-(6 − a) holds exactly one.
        let block = Block::new(1, 0, 64);
        for a in 0..=6 {
            let (w, h) = (1u32 << a, 1u32 << (6 - a));
            let mut seen = vec![0; 64];
            for i in 0..64 {
                let (x, y) = (block.at(i, 0), block.at(i, 1));
                seen[((x * f64::from(w)) as u32 * h + (y * f64::from(h)) as u32) as usize] += 1;
            }
            assert!(seen.iter().all(|&n| n == 1), "{a}");
        }
    }

    #[test]
    fn published_points() {
        // Third dimension of the unscrambled sequence: 0, 1/2, 1/4, 3/4, 5/8 …  (natural order of the direction bits)
        let points: Vec<f64> = (0..4).map(|i| f64::from(sobol(i, 1)) / 4_294_967_296.0).collect();
        assert_eq!(points, [0.0, 0.5, 0.75, 0.25]);
    }

    #[test]
    fn blocks_are_unbiased_and_sharper_than_chance() {
        // E[x y z] = 1/8 over 2000 blocks of 16.
        let mut means = Vec::new();
        for b in 0..2000 {
            let block = Block::new(9, b, 16);
            let f = |i| block.at(i, 0) * block.at(i, 3) * block.at(i, 30);
            means.push((0..16).map(f).sum::<f64>() / 16.0);
        }
        let i = crate::stats::interval::of_floats(&means, 0.95);
        assert!((i.mean - 0.125).abs() < 2.0 * i.half, "{i:?}");
        // Var(xyz) = 1/27 − 1/64; sixteen independent points would give a sixteenth of it.
        let plain = 1.96 * ((1.0 / 27.0 - 1.0 / 64.0) / 16.0 / 2000.0f64).sqrt();
        assert!(i.half < plain / 1.5, "{} {plain}", i.half);
    }
}
