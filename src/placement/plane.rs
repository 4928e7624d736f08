//! Points in the plane that are sites and clients at once, in a tree of halves that finds neighbours.

use super::costs::Costs;

/// Points in the plane that are sites and clients at once; cost = weight × floor(Euclidean distance).
pub struct Plane {
    points: Vec<[f64; 2]>,
    weights: Vec<i64>,
    /// Points in the order of the tree, and which they are.
    order: Vec<([f64; 2], u32)>,
    nodes: Vec<Node>,
}

/// Some points and the smallest box around them; all but leaves have two halves that stand one after the other.
struct Node {
    span: (u32, u32),
    low: [f64; 2],
    high: [f64; 2],
    halves: Option<u32>,
}

/// Points of a leaf, at most.
const LEAF: usize = 12;

impl Plane {
    /// Builds the tree over the points. `weights` holds one positive number per client.
    pub fn new(points: Vec<[f64; 2]>, weights: Vec<i64>) -> Self {
        assert_eq!(points.len(), weights.len(), "one weight per point");
        let mut order: Vec<([f64; 2], u32)> = points.iter().enumerate().map(|(i, &p)| (p, i as u32)).collect();
        let mut nodes = vec![Node::of(&order, 0, points.len())];
        let mut at = 0;
        while at < nodes.len() {
            let (from, to) = (nodes[at].span.0 as usize, nodes[at].span.1 as usize);
            if to - from > LEAF {
                let wide = usize::from(nodes[at].high[1] - nodes[at].low[1] > nodes[at].high[0] - nodes[at].low[0]);
                let middle = (to - from) / 2;
                let by = |a: &([f64; 2], u32), b: &([f64; 2], u32)| a.0[wide].total_cmp(&b.0[wide]).then(a.1.cmp(&b.1));
                order[from..to].select_nth_unstable_by(middle, by);
                nodes[at].halves = Some(nodes.len() as u32);
                nodes.push(Node::of(&order, from, from + middle));
                nodes.push(Node::of(&order, from + middle, to));
            }
            at += 1;
        }
        Self { points, weights, order, nodes }
    }

    /// A radius within which about `count` points should lie, by the smallest part of the tree that holds as many.
    fn guess(&self, here: [f64; 2], count: usize) -> f64 {
        let mut node = &self.nodes[0];
        while let Some(first) = node.halves {
            let halves = &self.nodes[first as usize..first as usize + 2];
            let nearer = usize::from(halves[1].beyond(here) < halves[0].beyond(here));
            if halves[nearer].size() < count {
                break;
            }
            node = &halves[nearer];
        }
        let (wide, tall) = (node.high[0] - node.low[0], node.high[1] - node.low[1]);
        let area = (wide * tall).max(1e-3 * wide.max(tall).powi(2));
        let share = 1.3 * count as f64 / node.size() as f64;
        (share * area / std::f64::consts::PI).sqrt().max(node.beyond(here).sqrt())
    }

    /// Points within a radius and their costs.
    fn within(&self, client: usize, radius: f64, found: &mut Vec<(u32, i64)>) {
        let (here, weight) = (self.points[client], self.weights[client]);
        let most = radius * radius;
        let mut stack = vec![0u32];
        found.clear();
        while let Some(at) = stack.pop() {
            let node = &self.nodes[at as usize];
            if node.beyond(here) > most {
                continue;
            }
            if let Some(first) = node.halves {
                stack.extend([first, first + 1]);
                continue;
            }
            for &(p, i) in &self.order[node.span.0 as usize..node.span.1 as usize] {
                let (dx, dy) = (p[0] - here[0], p[1] - here[1]);
                let square = dx * dx + dy * dy;
                if square <= most {
                    found.push((i, weight * square.sqrt().floor() as i64));
                }
            }
        }
    }
}

impl Node {
    fn of(order: &[([f64; 2], u32)], from: usize, to: usize) -> Self {
        let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        for (p, _) in &order[from..to] {
            for k in 0..2 {
                low[k] = low[k].min(p[k]);
                high[k] = high[k].max(p[k]);
            }
        }
        Self { span: (from as u32, to as u32), low, high, halves: None }
    }
    fn size(&self) -> usize {
        (self.span.1 - self.span.0) as usize
    }
    /// Squared distance from a point to the box.
    fn beyond(&self, here: [f64; 2]) -> f64 {
        let off = |k: usize| (self.low[k] - here[k]).max(here[k] - self.high[k]).max(0.0);
        off(0).powi(2) + off(1).powi(2)
    }
}

impl Costs for Plane {
    fn sites(&self) -> usize {
        self.points.len()
    }
    fn clients(&self) -> usize {
        self.points.len()
    }
    fn cost(&self, site: usize, client: usize) -> i64 {
        let (a, b) = (self.points[site], self.points[client]);
        let (dx, dy) = (a[0] - b[0], a[1] - b[1]);
        self.weights[client] * (dx * dx + dy * dy).sqrt().floor() as i64
    }
    fn nearest(&self, client: usize, count: usize) -> Vec<(u32, i64)> {
        let n = self.points.len();
        let key = |e: &(u32, i64)| (e.1, e.0);
        let mut all: Vec<(u32, i64)> = Vec::new();
        if 4 * count >= n {
            all.extend((0..n).map(|i| (i as u32, self.cost(i, client))));
        } else {
            let here = self.points[client];
            let mut radius = self.guess(here, count).max(1e-9 * (here[0].abs() + here[1].abs()).max(1.0));
            loop {
                self.within(client, radius, &mut all);
                if all.len() >= count {
                    break;
                }
                // As much wider as the points found so far suggest, within reason.
                let share = count as f64 / all.len().max(1) as f64;
                radius *= (1.1 * share.sqrt()).clamp(1.1, 4.0);
            }
        }
        if count < all.len() {
            all.select_nth_unstable_by_key(count, key);
            all.truncate(count);
        }
        all.sort_unstable_by_key(key);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::placement::dice::Dice;

    #[test]
    fn the_nearest_points_are_those_of_a_full_scan() {
        for seed in 0..60 {
            let mut dice = Dice::new(seed);
            let n = 20 + dice.below(400);
            let spread = [1.0, 30.0, 1e6][seed as usize % 3];
            let mut points: Vec<[f64; 2]> = (0..n).map(|_| [spread * dice.unit(), spread * dice.unit()]).collect();
            // Clusters, doubles and an outlier.
            for k in 0..n / 3 {
                points[k] = [7.0 + dice.unit(), 9.0];
            }
            points[n / 2] = points[0];
            points[n - 1] = [-1e7, 1e7];
            let plane = Plane::new(points, vec![1; n]);
            for client in [0, 1, n / 2, n - 1] {
                let count = 1 + dice.below(n / 5);
                let costs: Vec<i64> = plane.nearest(client, count).iter().map(|e| e.1).collect();
                let mut all: Vec<i64> = (0..n).map(|i| plane.cost(i, client)).collect();
                all.sort_unstable();
                assert_eq!(costs, all[..count], "seed {seed} client {client}");
            }
        }
    }

    #[test]
    fn points_at_one_place_are_found_too() {
        let plane = Plane::new(vec![[3.0, 4.0]; 500], vec![2; 500]);
        assert_eq!(plane.nearest(7, 20).iter().map(|e| e.1).collect::<Vec<_>>(), [0; 20]);
    }
}
