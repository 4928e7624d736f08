//! What a search tree leaves behind so that somebody else can check it: multipliers, splits and independent parts.
//!
//! Multipliers and costs are scaled as in [`super::piece`]; every list of multipliers belongs to the clients of its
//! proof, in their order. A proof says: no answer costs `none` or less.

use std::rc::Rc;

/// A proof that nothing costs `none` or less.
#[derive(Clone, Debug, Default)]
pub struct Proof {
    /// The claim.
    pub none: i64,
    /// The clients that the multipliers belong to.
    pub clients: Vec<u32>,
    /// Nodes of the tree; the first is the root.
    pub nodes: Vec<Node>,
}

/// One node: multipliers that rule it out or reduce it, one after the other, and what follows.
#[derive(Clone, Debug, Default)]
pub struct Node {
    /// Multipliers.
    pub multipliers: Vec<Rc<Vec<i64>>>,
    /// What follows if the last of them does not rule the node out.
    pub then: Then,
}

/// How a node goes on.
#[derive(Clone, Debug, Default)]
pub enum Then {
    /// It does not: the multipliers rule it out, or the decisions contradict each other.
    #[default]
    Closed,
    /// A proof of its own follows, over fewer clients.
    Under(Box<Proof>),
    /// A site is closed in one node and open in another.
    Split(u32, usize, usize),
    /// Nothing joins the groups but the count.
    Parts(Vec<Group>),
}

/// Sites and clients that have to do with each other only.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// Sites.
    pub sites: Vec<u32>,
    /// Clients.
    pub clients: Vec<u32>,
    /// Multipliers of these clients: a bound for every count.
    pub multipliers: Vec<i64>,
    /// For some counts, a proof of more.
    pub claims: Vec<(usize, Proof)>,
}

impl Proof {
    /// Numbers that it holds.
    pub fn size(&self) -> usize {
        self.nodes.iter().map(Node::size).sum()
    }
}

impl Node {
    fn size(&self) -> usize {
        let group = |g: &Group| g.multipliers.len() + g.claims.iter().map(|c| c.1.size()).sum::<usize>();
        let then = match &self.then {
            Then::Under(proof) => proof.size(),
            Then::Parts(groups) => groups.iter().map(group).sum(),
            Then::Closed | Then::Split(..) => 0,
        };
        self.multipliers.iter().map(|v| v.len()).sum::<usize>() + then
    }
}
