//! Tests of a resource that comes part by part: what a peer can answer instead of the range that was asked.
//! Knows `Whole` only; sockets are in `protocol/link/tests`.
//! Specified in specs/protocol.md §13.2.

use super::*;

fn part(total: u64, len: usize) -> LogReply {
    LogReply::Part {
        total,
        bytes: vec![7; len],
    }
}

#[test]
fn a_part_that_is_not_the_range_or_of_another_resource_is_refused() {
    let whole = || Whole::new(1 << 22);
    let total = u64::from(PART_LIMIT) + 5;
    let mut good = whole();
    assert_eq!(good.wanted(), Some((0, PART_LIMIT)));
    assert_eq!(
        good.take(PART_LIMIT, part(total, PART_LIMIT as usize)),
        Ok(())
    );
    assert_eq!(good.wanted(), Some((u64::from(PART_LIMIT), 5)));
    assert_eq!(good.take(5, part(total, 5)), Ok(()), "the control");
    assert_eq!(good.wanted(), None);
    assert_eq!(good.into_bytes().len() as u64, total);
    for (asked, reply) in [(10, part(20, 9)), (10, part(20, 11)), (10, part(5, 10))] {
        assert_eq!(whole().take(asked, reply), Err(LinkError::RangeWrong));
    }
    let mut begun = whole();
    begun.take(10, part(20, 10)).unwrap();
    assert_eq!(
        begun.take(10, part(21, 10)),
        Err(LinkError::ResourceChanged)
    );
    assert_eq!(begun.take(10, part(19, 9)), Err(LinkError::ResourceChanged));
    assert_eq!(begun.take(10, part(20, 10)), Ok(()), "the control");
}
