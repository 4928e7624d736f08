//! Pieces against enumeration: bounds, decisions, parts and whole searches.

use super::Descent;
use super::climb::Climb;
use super::piece::{Fate, NONE, Piece, Relaxed};
use crate::placement::control::{Limits, Watch};
use crate::placement::dice::Dice;
use crate::progress::Silent;

const SCALE: i64 = 64;

/// A random piece: `groups` sets of sites and clients that do not know each other, some clients with a cap.
fn random(dice: &mut Dice, groups: usize) -> Piece {
    let mut piece = Piece { starts: vec![0], ..Piece::default() };
    for _ in 0..groups {
        let (m, n) = (2 + dice.below(4), 1 + dice.below(5));
        let first = piece.sites.len() as u32;
        piece.sites.extend(first..first + m as u32);
        for _ in 0..n {
            let size = 1 + dice.below(m);
            let cap = if dice.below(3) == 0 { SCALE * (10 + dice.below(20) as i64) } else { NONE };
            let mut row: Vec<(i64, u32)> =
                dice.sample(m, size).into_iter().map(|i| (SCALE * dice.below(30) as i64, first + i)).collect();
            row.retain(|e| e.0 < cap);
            row.sort_unstable();
            if row.is_empty() {
                continue;
            }
            piece.site.extend(row.iter().map(|e| e.1));
            piece.cost.extend(row.iter().map(|e| e.0));
            piece.starts.push(piece.site.len());
            piece.clients.push(piece.clients.len() as u32);
            piece.cap.push(cap);
        }
    }
    piece.fixed = vec![0; piece.sites.len()];
    piece.constant = SCALE * dice.below(50) as i64;
    piece.count = Some(1 + dice.below(piece.sites.len()));
    piece
}

/// All feasible sets with their costs, scaled.
fn all(piece: &Piece) -> Vec<(i64, u32)> {
    let m = piece.sites.len();
    let set = |bits: u32| (0..m as u32).filter(|i| bits >> i & 1 == 1).collect::<Vec<u32>>();
    (0u32..1 << m)
        .filter(|b| Some(b.count_ones() as usize) == piece.count)
        .filter_map(|b| Some((piece.value(&set(b))?, b)))
        .collect()
}

fn search(piece: &Piece, cutoff: i64) -> super::Outcome {
    let watch = Watch::start(&Limits::default());
    let mut descent = Descent {
        scale: SCALE,
        top: 4 * SCALE * 30,
        nodes: 0,
        fence: u64::MAX,
        level: 0,
        room: 1_000_000,
        watch: &watch,
        observer: &Silent,
    };
    let v = (0..piece.clients.len()).map(|j| piece.cost[piece.starts[j]]).collect();
    descent.search(piece.clone(), v, cutoff, true)
}

#[test]
fn searches_agree_with_enumeration() {
    for seed in 0..2000 {
        let mut dice = Dice::new(seed);
        let groups = 1 + dice.below(3);
        let piece = random(&mut dice, groups);
        if piece.clients.is_empty() || piece.sites.len() > 12 {
            continue;
        }
        let best = all(&piece).into_iter().map(|e| e.0 / SCALE).min();
        let outcome = search(&piece, 1_000_000);
        assert!(outcome.complete, "seed {seed}");
        assert_eq!(outcome.found.as_ref().map(|f| f.0), best, "seed {seed}");
        if let (Some(best), Some((_, open))) = (best, outcome.found) {
            assert_eq!(piece.value(&open), Some(best * SCALE), "seed {seed}");
            let outcome = search(&piece, best - 1);
            assert!(outcome.complete && outcome.found.is_none() && outcome.lower == best, "seed {seed}");
        }
    }
}

#[test]
fn bounds_hold_and_decisions_lose_no_answer_within_the_cutoff() {
    for seed in 0..1000 {
        let mut dice = Dice::new(7000 + seed);
        let piece = random(&mut dice, 1);
        if piece.clients.is_empty() {
            continue;
        }
        let answers = all(&piece);
        let Some(best) = answers.iter().map(|e| e.0).min() else { continue };
        let v = (0..piece.clients.len()).map(|_| SCALE * dice.below(40) as i64).collect();
        let mut climb = Climb::new(&piece, v, 4 * SCALE * 30, 0.5, 8);
        climb.run(&piece, i64::MAX / 4, dice.below(60), 0.0);
        assert!(climb.best.bound <= best, "seed {seed}");
        let mut again = Relaxed::default();
        piece.relax(&climb.v, &mut again);
        assert_eq!(again.bound, climb.best.bound, "seed {seed}");
        let cutoff = best + SCALE * dice.below(8) as i64;
        let mut fate = piece.decided(&climb.best, cutoff);
        let room = cutoff - climb.best.bound;
        let within: Vec<&(i64, u32)> = answers.iter().filter(|e| e.0 <= cutoff).collect();
        let penalty = piece.penalties(&climb.best);
        let rest = piece.restrict(&mut fate, |j| climb.v[j].saturating_add(room), |i| penalty[i]);
        let (small, _) = rest.expect("the best answer is within the cutoff");
        for (value, bits) in within {
            for (i, f) in fate.iter().enumerate() {
                let open = bits >> i & 1 == 1;
                assert!(!(open && *f == Fate::Closed || !open && *f == Fate::Open), "seed {seed}: site {i}");
            }
            let open: Vec<u32> =
                (0..small.sites.len() as u32).filter(|&i| bits >> small.sites[i as usize] & 1 == 1).collect();
            assert_eq!(small.value(&open), Some(*value), "seed {seed}");
        }
    }
}

#[test]
fn a_piece_without_an_answer_says_so() {
    let piece = Piece {
        sites: vec![0, 1],
        fixed: vec![0, 0],
        clients: vec![0, 1],
        starts: vec![0, 1, 2],
        site: vec![0, 1],
        cost: vec![0, 0],
        cap: vec![NONE, NONE],
        count: Some(1),
        ..Piece::default()
    };
    let outcome = search(&piece, 100);
    assert!(outcome.complete && outcome.found.is_none());
    assert_eq!(outcome.lower, 101);
}
