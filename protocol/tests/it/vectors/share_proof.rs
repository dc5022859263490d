//! Vectors of share proofs.
use super::kit::*;
use curve25519_dalek::scalar::Scalar;
use lachan_protocol::crypto::point::{Point, SecretScalar};
use lachan_protocol::id::Digest;
use lachan_protocol::keys::proof::{Role, ShareProof};
use serde_json::{Value, json};

struct Made {
    scalars: Vec<SecretScalar>,
    points: Vec<Point>,
    digest: Digest,
    random: String,
    proof: ShareProof,
}

fn make(role: Role, count: usize) -> Made {
    let mut rng = Seeded::new(&format!("share-proof/{}/{count}", role.number()));
    let scalars: Vec<_> = (0..count).map(|_| SecretScalar::random(&mut rng)).collect();
    let points: Vec<_> = scalars.iter().map(SecretScalar::to_point).collect();
    let digest = Digest([0xd1; 32]);
    rng.drawn();
    let proof = ShareProof::prove(role, &digest, &scalars, &points, &mut rng);
    Made {
        scalars,
        points,
        digest,
        random: rng.drawn(),
        proof,
    }
}

fn accepted(name: &str, role: Role, count: usize) -> Value {
    let made = make(role, count);
    assert_eq!(made.proof.verify(role, &made.digest, &made.points), Ok(()));
    let fields = json!({
        "role": role.number(),
        "digest": hex::encode(made.digest.0),
        "scalars": hexes(made.scalars.iter().map(|scalar| *scalar.to_bytes())),
        "random": made.random,
        "points": hexes(made.points.iter().map(Point::to_bytes)),
        "proof": hex::encode(made.proof.0),
    });
    case(name, "proof with these 32 random bytes", fields)
}

fn refused(name: &str, comment: &str, change: fn(&mut Made, &mut Role)) -> Value {
    let (mut made, mut role) = (make(Role::Venue, 3), Role::Venue);
    change(&mut made, &mut role);
    let error = made.proof.verify(role, &made.digest, &made.points);
    let fields = json!({
        "role": role.number(),
        "digest": hex::encode(made.digest.0),
        "points": hexes(made.points.iter().map(Point::to_bytes)),
        "proof": hex::encode(made.proof.0),
        "refused": refusal("ShareProofError", &error.unwrap_err()),
    });
    case(name, comment, fields)
}

#[test]
fn share_proofs_are_as_written() {
    let cases = vec![
        accepted("venue, one point", Role::Venue, 1),
        accepted("venue, three points", Role::Venue, 3),
        accepted(
            "office, third seed, sixteen points",
            Role::Office { seed: 2 },
            16,
        ),
        refused(
            "role",
            "made for the venue, shown as the office's",
            |_, role| *role = Role::Office { seed: 0 },
        ),
        refused("digest", "bound to another plan", |made, _| {
            made.digest.0[31] ^= 1
        }),
        refused("fewer points", "the last point is missing", |made, _| {
            made.points.pop();
        }),
        refused("order", "two points are swapped", |made, _| {
            made.points.swap(0, 1)
        }),
        refused("R", "another R", |made, _| made.proof.0[0] ^= 1),
        refused("z", "another z", |made, _| made.proof.0[32] ^= 1),
        refused("z not canonical", "z + l", |made, _| {
            let z: [u8; 32] = made.proof.0[32..].try_into().unwrap();
            made.proof.0[32..].copy_from_slice(&plus_order(z));
        }),
    ];
    same_as_file(
        "share-proof",
        "Share proofs (protocol.md section 3.5). random: the 32 bytes that the nonce is hedged with.",
        cases,
    );
}

/// z + l as 32 bytes.
fn plus_order(z: [u8; 32]) -> [u8; 32] {
    let mut order = (Scalar::ZERO - Scalar::ONE).to_bytes();
    order[0] += 1;
    let (mut out, mut carry) = ([0; 32], 0);
    for i in 0..32 {
        let sum = u16::from(z[i]) + u16::from(order[i]) + carry;
        (out[i], carry) = (sum.to_le_bytes()[0], sum >> 8);
    }
    out
}
