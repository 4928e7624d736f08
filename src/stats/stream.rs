//! Random numbers that are a function of a key.
//!
//! A [`Key`] names a draw by (seed, purpose, replication, entity, day) and never by a scenario, a thread or what was
//! drawn before. `Key::stream` starts a xoshiro256++ generator (Blackman & Vigna 2021) whose state is the key hashed by
//! SplitMix64's finaliser, one round for each part of the key, so any draw can be computed again from its key
//! alone. The numbers are frozen: known-answer tests pin them.

use rand::rand_core::TryRng;
use std::convert::Infallible;

/// What a stream is for. The numbers are part of the frozen contract: never renumber, only add.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// Market factors by month.
    Market = 1,
    /// Gamma factors of zone × model × month.
    Mixing = 2,
    /// How many customers come on a day and which zone and model each has.
    Arrivals = 3,
    /// The choices of one customer.
    Customer = 4,
    /// Lead time of an order.
    LeadTime = 5,
    /// Independent cells.
    Cell = 6,
    /// Samples of a stochastic programme.
    Sampling = 7,
    /// Resampling, selection and other uses of the evaluator.
    Selection = 8,
    /// Validation instruments (queues).
    Station = 9,
    /// Scrambling of quasi-random points.
    Quasi = 10,
    /// Steps of a routing search.
    Routing = 11,
}

/// The name of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// The run's seed.
    pub seed: u64,
    /// What for.
    pub purpose: Purpose,
    /// Which replication.
    pub replication: u32,
    /// Which thing (zone, dealer × model, customer …), as the purpose counts them.
    pub entity: u64,
    /// Which day (or month, week), as the purpose counts them.
    pub day: u32,
}

/// SplitMix64's finaliser, variant 13 of Stafford: a bijection of 64 bits.
#[inline]
pub fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The golden-ratio increment of SplitMix64.
pub const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

impl Key {
    /// The 64-bit hash of the key.
    #[inline]
    pub fn hash(&self) -> u64 {
        self.root().entity(self.entity, self.day)
    }
    /// The part of the hash that seed, purpose and replication give: keep it when many entities follow.
    #[inline]
    pub fn root(&self) -> Root {
        let h = mix(self.seed.wrapping_add(GOLDEN));
        let h = mix(h ^ (self.purpose as u64).wrapping_mul(GOLDEN));
        Root(mix(h ^ u64::from(self.replication).wrapping_add(GOLDEN)))
    }
    /// The stream of this key.
    #[inline]
    pub fn stream(&self) -> Stream {
        Stream::from_hash(self.hash())
    }
}

/// A key without entity and day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Root(u64);

impl Root {
    /// Root of a seed, a purpose and a replication.
    #[inline]
    pub fn new(seed: u64, purpose: Purpose, replication: u32) -> Self {
        Key { seed, purpose, replication, entity: 0, day: 0 }.root()
    }
    /// Hash of the full key.
    #[inline]
    pub fn entity(self, entity: u64, day: u32) -> u64 {
        let h = mix(self.0 ^ entity.wrapping_mul(GOLDEN).wrapping_add(1));
        mix(h ^ (u64::from(day) << 32 | 0x5bd1).wrapping_mul(GOLDEN))
    }
    /// Stream of the full key.
    #[inline]
    pub fn stream(self, entity: u64, day: u32) -> Stream {
        Stream::from_hash(self.entity(entity, day))
    }
}

/// A xoshiro256++ generator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream([u64; 4]);

impl Stream {
    /// The stream of a hash: the state is four SplitMix64 outputs, as the generator's authors advise.
    #[inline]
    pub fn from_hash(hash: u64) -> Self {
        Self(std::array::from_fn(|k| mix(hash.wrapping_add(GOLDEN.wrapping_mul(k as u64 + 1)))))
    }
    /// The next 64 bits.
    #[inline]
    pub fn bits(&mut self) -> u64 {
        let s = &mut self.0;
        let out = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        out
    }
    /// The next number of the open unit interval, a multiple of 2⁻⁵³ plus half of it: never 0, never 1.
    #[inline]
    pub fn unit(&mut self) -> f64 {
        unit(self.bits())
    }
    /// A whole number below `n` (Lemire's multiplication; the bias is below n / 2⁶⁴).
    #[inline]
    pub fn below(&mut self, n: u64) -> u64 {
        below(self.bits(), n)
    }
}

/// 64 bits as a number of the open unit interval.
#[inline]
pub fn unit(bits: u64) -> f64 {
    ((bits >> 12) as f64 + 0.5) * (1.0 / (1u64 << 52) as f64)
}

/// 64 bits as a whole number below `n`.
#[inline]
pub fn below(bits: u64, n: u64) -> u64 {
    ((u128::from(bits) * u128::from(n)) >> 64) as u64
}

impl TryRng for Stream {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.bits() >> 32) as u32)
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.bits())
    }
    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        for chunk in out.chunks_mut(8) {
            let bytes = self.bits().to_le_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, rand_core::Rng};

    #[test]
    fn the_numbers_are_frozen() {
        let key = Key { seed: 1, purpose: Purpose::Arrivals, replication: 2, entity: 3, day: 4 };
        let mut s = key.stream();
        // Computed by an independent program from the definition above.
        assert_eq!(key.hash(), 0xc15a_ee63_de47_dec9);
        assert_eq!([(); 3].map(|()| s.bits()), [0x20be_bd54_2fb4_c409, 0x1f33_5ac6_fde6_2643, 0x514e_4099_1b2f_5ac6]);
    }

    #[test]
    fn xoshiro_follows_its_published_definition() {
        // First outputs of xoshiro256++ from the state 1, 2, 3, 4.
        let mut s = Stream([1, 2, 3, 4]);
        assert_eq!([(); 4].map(|()| s.bits()), [41_943_041, 58_720_359, 3_588_806_011_781_223, 3_591_011_842_654_386]);
        // First output of SplitMix64 from the state 0.
        assert_eq!(mix(GOLDEN), 0xe220_a839_7b1d_cdaf);
    }

    #[test]
    fn every_part_of_a_key_matters_and_nothing_else() {
        let base = Key { seed: 7, purpose: Purpose::Customer, replication: 1, entity: 2, day: 3 };
        let others = [
            Key { seed: 8, ..base },
            Key { purpose: Purpose::LeadTime, ..base },
            Key { replication: 2, ..base },
            Key { entity: 3, ..base },
            Key { day: 2, ..base },
            Key { replication: 2, entity: 1, ..base },
        ];
        assert!(others.iter().all(|k| k.hash() != base.hash()));
        assert_eq!(base.stream(), base.root().stream(2, 3));
    }

    #[test]
    fn units_lie_strictly_inside() {
        assert!(unit(0) > 0.0 && unit(u64::MAX) < 1.0);
        assert_eq!((below(0, 10), below(u64::MAX, 10)), (0, 9));
    }

    #[test]
    fn the_stream_serves_rand() {
        let mut s = Stream::from_hash(1);
        let mut t = s.clone();
        assert_eq!(s.next_u64(), t.bits());
        let x: f64 = s.random();
        assert!((0.0..1.0).contains(&x));
    }

    #[test]
    fn neighbouring_keys_are_uncorrelated() {
        // Mean of the products of centred units of neighbouring days; its standard deviation is 1/12/√n.
        let root = Root::new(3, Purpose::Cell, 0);
        let n = 100_000;
        let at = |day| root.stream(5, day).unit() - 0.5;
        let sum: f64 = (0..n).map(|day| at(day) * at(day + 1)).sum();
        assert!((sum / f64::from(n)).abs() < 4.0 / 12.0 / f64::from(n).sqrt());
    }
}
