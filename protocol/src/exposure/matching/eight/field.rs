//! The field of 2^255 − 19 elements, eight numbers at once, in five limbs of 51 bits.
//! Knows columns and carries; does not know curves.
//! Specified in specs/performance.md §1.6.

use lachan_eight::Eight;

/// Five limbs of each of eight numbers: each limb below 2^52 where an operation takes it, below 2^51 + 2^14 where
/// one gives it.
pub(super) type Limbs<E> = [<E as Eight>::Numbers; 5];

/// Five limbs in memory.
pub(super) type Stored = [[u64; 8]; 5];

/// Bits of a limb.
const BITS: u32 = 51;
/// 8·p in limbs that are larger than any sum of three limbs: what is taken away from it stays positive.
const EIGHT_P: [u64; 5] = [
    (1 << 54) - 152,
    (1 << 54) - 8,
    (1 << 54) - 8,
    (1 << 54) - 8,
    (1 << 54) - 8,
];
/// The curve's A.
const A: u64 = 486_662;

/// What computes: the numbers themselves are [`Limbs`].
#[derive(Clone, Copy)]
pub(super) struct Field<E: Eight>(pub(super) E);

impl<E: Eight> Field<E> {
    #[inline(always)]
    pub(super) fn one(self) -> Limbs<E> {
        let zero = self.0.splat(0);
        [self.0.splat(1), zero, zero, zero, zero]
    }

    #[inline(always)]
    pub(super) fn load(self, stored: &Stored) -> Limbs<E> {
        let mut limbs = [self.0.splat(0); 5];
        for i in 0..5 {
            limbs[i] = self.0.load(&stored[i]);
        }
        limbs
    }

    #[inline(always)]
    pub(super) fn store(self, limbs: &Limbs<E>, to: &mut Stored) {
        for i in 0..5 {
            self.0.store(limbs[i], &mut to[i]);
        }
    }

    /// a − b.
    #[inline(always)]
    pub(super) fn minus(self, a: &Limbs<E>, b: &Limbs<E>) -> Limbs<E> {
        self.signed_minus(0, a, b)
    }

    /// ±a − b, −a where the lane's bit is set.
    #[inline(always)]
    pub(super) fn signed_minus(self, negative: u8, a: &Limbs<E>, b: &Limbs<E>) -> Limbs<E> {
        let mut limbs = self.negative(b);
        for i in 0..5 {
            limbs[i] = self.0.plus(limbs[i], self.0.negate_where(negative, a[i]));
        }
        self.carried(limbs)
    }

    /// ±a, −a where the lane's bit is set.
    #[inline(always)]
    pub(super) fn signed(self, negative: u8, a: &Limbs<E>) -> Limbs<E> {
        let zero = [self.0.splat(0); 5];
        self.signed_minus(negative, a, &zero)
    }

    /// −a, not carried: to be added to a product.
    #[inline(always)]
    pub(super) fn negative(self, a: &Limbs<E>) -> Limbs<E> {
        let mut limbs = *a;
        for i in 0..5 {
            limbs[i] = self.0.minus(self.0.splat(EIGHT_P[i]), a[i]);
        }
        limbs
    }

    /// −A − 2·a − b with the curve's A, not carried: to be added to a product.
    #[inline(always)]
    pub(super) fn minus_a_minus_twice(self, a: &Limbs<E>, b: &Limbs<E>) -> Limbs<E> {
        let mut limbs = self.negative(b);
        for i in 0..5 {
            limbs[i] = self.0.minus(limbs[i], self.0.plus(a[i], a[i]));
        }
        limbs[0] = self.0.minus(limbs[0], self.0.splat(A));
        limbs
    }

    /// a·b.
    #[inline(always)]
    pub(super) fn mul(self, a: &Limbs<E>, b: &Limbs<E>) -> Limbs<E> {
        self.mul_plus(a, b, &[self.0.splat(0); 5])
    }

    /// a·b + c, with limbs of c below 2^55.
    ///
    /// A product of limbs has its low 52 bits in its own column and the rest, twice, in the next one: so all upper
    /// parts are summed first and doubled together.
    #[inline(always)]
    pub(super) fn mul_plus(self, a: &Limbs<E>, b: &Limbs<E>, c: &Limbs<E>) -> Limbs<E> {
        let mut columns = [self.0.splat(0); 10];
        for i in 0..5 {
            for j in 0..5 {
                columns[i + j + 1] = self.0.madd_high(columns[i + j + 1], a[i], b[j]);
            }
        }
        self.double(&mut columns);
        for i in 0..5 {
            for j in 0..5 {
                columns[i + j] = self.0.madd_low(columns[i + j], a[i], b[j]);
            }
        }
        self.folded(&columns, c)
    }

    /// a² + c, with limbs of c below 2^55: products of different limbs once, and doubled once more.
    #[inline(always)]
    pub(super) fn square_plus(self, a: &Limbs<E>, c: &Limbs<E>) -> Limbs<E> {
        let mut columns = [self.0.splat(0); 10];
        for i in 0..5 {
            for j in i + 1..5 {
                columns[i + j + 1] = self.0.madd_high(columns[i + j + 1], a[i], a[j]);
            }
        }
        for column in &mut columns[2..9] {
            *column = self.0.plus(*column, *column);
        }
        for i in 0..5 {
            columns[2 * i + 1] = self.0.madd_high(columns[2 * i + 1], a[i], a[i]);
            for j in i + 1..5 {
                columns[i + j] = self.0.madd_low(columns[i + j], a[i], a[j]);
            }
        }
        self.double(&mut columns);
        for i in 0..5 {
            columns[2 * i] = self.0.madd_low(columns[2 * i], a[i], a[i]);
        }
        self.folded(&columns, c)
    }

    /// Doubles all columns but the first, which has no upper parts.
    #[inline(always)]
    fn double(self, columns: &mut [E::Numbers; 10]) {
        for column in &mut columns[1..9] {
            *column = self.0.plus(*column, *column);
        }
        // Nothing else comes into this one, and 38 times a number would be multiplied slowly.
        columns[9] = self.0.rotate_left::<1>(columns[9]);
    }

    /// c, the lower five columns, and 19 times the upper five. A column is below 15·2^52, so a sum is below 2^61, and
    /// turning a column by 4 bits is multiplying it by 16.
    #[inline(always)]
    fn folded(self, columns: &[E::Numbers; 10], c: &Limbs<E>) -> Limbs<E> {
        let mut limbs = *c;
        for i in 0..5 {
            let high = columns[i + 5];
            let three = self.0.plus(self.0.plus(high, high), high);
            let nineteen = self.0.plus(self.0.rotate_left::<4>(high), three);
            limbs[i] = self.0.plus(self.0.plus(c[i], columns[i]), nineteen);
        }
        self.carried(limbs)
    }

    /// The same numbers with limbs below 2^51 + 2^14, from limbs below 2^61: each carry goes up once.
    #[inline(always)]
    fn carried(self, limbs: Limbs<E>) -> Limbs<E> {
        let mask = self.0.splat((1 << BITS) - 1);
        let mut carries = limbs;
        let mut rest = limbs;
        for i in 0..5 {
            carries[i] = self.0.shift_right::<BITS>(limbs[i]);
            rest[i] = self.0.and(limbs[i], mask);
        }
        let mut sum = rest;
        sum[0] = self.0.madd_low(rest[0], carries[4], self.0.splat(19));
        for i in 1..5 {
            sum[i] = self.0.plus(rest[i], carries[i - 1]);
        }
        sum
    }

    /// From four words of 64 bits each, any numbers below 2^256.
    #[inline(always)]
    pub(super) fn gather(self, numbers: [&[u64; 4]; 8]) -> Limbs<E> {
        let way = self.0;
        let [a, b, c, d] = way.gather(numbers);
        let mask = way.splat((1 << BITS) - 1);
        [
            way.and(a, mask),
            way.and(
                way.plus(way.shift_right::<51>(a), way.shift_left::<13>(b)),
                mask,
            ),
            way.and(
                way.plus(way.shift_right::<38>(b), way.shift_left::<26>(c)),
                mask,
            ),
            way.and(
                way.plus(way.shift_right::<25>(c), way.shift_left::<39>(d)),
                mask,
            ),
            way.shift_right::<12>(d),
        ]
    }

    /// Four words of 64 bits each, numbers below 2^256. The limbs must be results: the fifth has room for their carries.
    #[inline(always)]
    pub(super) fn scatter(self, limbs: &Limbs<E>) -> [[u64; 4]; 8] {
        let way = self.0;
        let mask = way.splat((1 << BITS) - 1);
        let mut limbs = *limbs;
        for i in 0..4 {
            limbs[i + 1] = way.plus(limbs[i + 1], way.shift_right::<BITS>(limbs[i]));
            limbs[i] = way.and(limbs[i], mask);
        }
        let [a, b, c, d, e] = limbs;
        let words = [
            way.plus(a, way.shift_left::<51>(b)),
            way.plus(way.shift_right::<13>(b), way.shift_left::<38>(c)),
            way.plus(way.shift_right::<26>(c), way.shift_left::<25>(d)),
            way.plus(way.shift_right::<39>(d), way.shift_left::<12>(e)),
        ];
        let mut stored = [[0; 8]; 4];
        for i in 0..4 {
            way.store(words[i], &mut stored[i]);
        }
        core::array::from_fn(|lane| core::array::from_fn(|word| stored[word][lane]))
    }
}
