//! The spanning tree of a simplex basis: parents, children, depths and potentials.

/// No node.
pub const NONE: u32 = u32::MAX;

/// A rooted spanning tree. The arc between a node and its parent is known under the node.
pub struct Tree {
    pub parent: Vec<u32>,
    pub depth: Vec<u32>,
    pub potential: Vec<f64>,
    first: Vec<u32>,
    next: Vec<u32>,
    previous: Vec<u32>,
    stack: Vec<u32>,
}

impl Tree {
    /// All nodes apart; the last one is the root.
    pub fn new(nodes: usize) -> Self {
        Self {
            parent: vec![NONE; nodes],
            depth: vec![0; nodes],
            potential: vec![0.0; nodes],
            first: vec![NONE; nodes],
            next: vec![NONE; nodes],
            previous: vec![NONE; nodes],
            stack: Vec::new(),
        }
    }

    /// Hangs a node (with whatever hangs below it) under a parent.
    pub fn attach(&mut self, node: u32, parent: u32) {
        let (n, p) = (node as usize, parent as usize);
        self.parent[n] = parent;
        self.previous[n] = NONE;
        self.next[n] = self.first[p];
        if self.first[p] != NONE {
            self.previous[self.first[p] as usize] = node;
        }
        self.first[p] = node;
    }

    fn detach(&mut self, node: u32) {
        let n = node as usize;
        let (before, after) = (self.previous[n], self.next[n]);
        if before == NONE {
            self.first[self.parent[n] as usize] = after;
        } else {
            self.next[before as usize] = after;
        }
        if after != NONE {
            self.previous[after as usize] = before;
        }
    }

    /// The lowest common ancestor of two nodes.
    pub fn apex(&self, mut a: u32, mut b: u32) -> u32 {
        while a != b {
            if self.depth[a as usize] >= self.depth[b as usize] {
                a = self.parent[a as usize];
            } else {
                b = self.parent[b as usize];
            }
        }
        a
    }

    /// Cuts the arc above `top` and hangs its branch up again at `node` under `under`; adds `change` to the potentials of
    /// the branch. `moved(lower, upper)` is told of every arc that is now known under another node: it was known under
    /// `lower` and is now known under `upper`, called from the cut down to `node`.
    pub fn rehang(&mut self, top: u32, node: u32, under: u32, change: f64, mut moved: impl FnMut(u32, u32)) {
        // Turn the path from `node` up to `top` around.
        self.stack.clear();
        let mut at = node;
        while at != top {
            self.stack.push(at);
            at = self.parent[at as usize];
        }
        self.detach(top);
        while let Some(lower) = self.stack.pop() {
            let upper = self.parent[lower as usize];
            self.detach(lower);
            self.attach(upper, lower);
            moved(lower, upper);
        }
        self.attach(node, under);
        self.refresh(node, change);
    }

    /// Depths below a node from its parent's, and potentials plus `change`.
    fn refresh(&mut self, node: u32, change: f64) {
        let mut at = node;
        loop {
            let a = at as usize;
            self.depth[a] = self.depth[self.parent[a] as usize] + 1;
            self.potential[a] += change;
            if self.first[a] != NONE {
                at = self.first[a];
                continue;
            }
            while at != node && self.next[at as usize] == NONE {
                at = self.parent[at as usize];
            }
            if at == node {
                return;
            }
            at = self.next[at as usize];
        }
    }

    /// Depths and potentials of the whole tree; `rise(node)` is the potential of a node less that of its parent.
    pub fn settle(&mut self, root: u32, rise: impl Fn(u32) -> f64) {
        let mut stack = vec![root];
        while let Some(at) = stack.pop() {
            let mut child = self.first[at as usize];
            while child != NONE {
                let c = child as usize;
                self.depth[c] = self.depth[at as usize] + 1;
                self.potential[c] = self.potential[at as usize] + rise(child);
                stack.push(child);
                child = self.next[c];
            }
        }
    }
}
