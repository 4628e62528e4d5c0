//! Reading entropy-coded bits, and the tables that turn them into symbols.
//!
//! A symbol says how many coefficients are zero (its *run*) and how many bits follow for the next one (its *size*).
//! Three tables of one code serve three needs: the symbol, the symbol with its value when both are short, and, where
//! values do not matter, as many whole symbols as fit into [`LEAP_BITS`] bits in one step.

use super::markers::Fault;

/// Bits of input, most significant first. After the end, or a marker, zeros follow.
pub struct Bits<'a> {
    data: &'a [u8],
    at: usize,
    /// Next bits at the top; below `count` bits lie zeros or what will be read there.
    buffer: u64,
    count: u32,
    /// Bits of `count` that were made up after the end.
    padding: u32,
}

impl<'a> Bits<'a> {
    /// From a position in the file.
    pub fn new(data: &'a [u8], at: usize) -> Self {
        Self { data, at, buffer: 0, count: 0, padding: 0 }
    }

    /// At least 56 bits are there afterwards.
    #[inline]
    pub fn refill(&mut self) {
        if let Some(eight) = self.data.get(self.at..).and_then(<[u8]>::first_chunk) {
            let word = u64::from_be_bytes(*eight);
            // No byte is 0xff, so none is stuffed and none begins a marker.
            if word & 0x8080_8080_8080_8080 & (!word).wrapping_sub(0x0101_0101_0101_0101) == 0 {
                self.buffer |= word >> self.count;
                self.at += ((63 - self.count) >> 3) as usize;
                self.count |= 0x38;
                return;
            }
        }
        self.refill_bytewise();
    }

    #[cold]
    #[inline(never)]
    fn refill_bytewise(&mut self) {
        while self.count <= 56 {
            let byte = match self.data.get(self.at..) {
                Some([0xff, 0x00, ..]) => {
                    self.at += 2;
                    0xff
                }
                Some([0xff, 0xff, ..]) => {
                    self.at += 1;
                    continue;
                }
                Some([byte, ..]) if *byte != 0xff => {
                    self.at += 1;
                    *byte
                }
                _ => {
                    self.padding += 8;
                    0
                }
            };
            self.buffer |= u64::from(byte) << (56 - self.count);
            self.count += 8;
        }
    }

    /// Makes sure of 32 bits.
    #[inline]
    pub fn need(&mut self) {
        if self.count < 32 {
            self.refill();
        }
    }

    /// The next bits, 1 to 32 of them.
    #[inline]
    pub fn peek(&self, bits: u32) -> usize {
        (self.buffer >> (64 - bits)) as usize
    }

    /// Drops bits, fewer than are there.
    #[inline]
    pub fn drop(&mut self, bits: u32) {
        self.buffer <<= bits;
        self.count -= bits.min(self.count);
    }

    /// The next bits as a number, 0 to 16 of them.
    #[inline]
    pub fn take(&mut self, bits: u32) -> i32 {
        if bits == 0 {
            return 0;
        }
        self.need();
        let value = self.peek(bits) as i32;
        self.drop(bits);
        value
    }

    /// Whether more was read than the data hold.
    #[inline]
    pub fn is_over(&self) -> bool {
        self.padding > self.count
    }

    /// Where the marker is that ended the data, or somewhere before it.
    pub fn position(&self) -> usize {
        // Whole bytes that were read ahead lie before; searching from there could only meet them again.
        self.at
    }
}

/// A value from its bits: those with a leading zero are negative.
#[inline]
fn extend(bits: i32, size: u32) -> i32 {
    if size == 0 || bits >> (size - 1) != 0 { bits } else { bits - (1 << size) + 1 }
}

const LOOK_BITS: u32 = 10;

/// Bits that one step over symbols looks at.
pub const LEAP_BITS: u32 = 13;

/// A Huffman code.
pub struct Huffman {
    /// By the next [`LOOK_BITS`]: length << 8 | symbol; 0 for longer codes.
    symbols: Vec<u16>,
    /// By the next [`LOOK_BITS`]: value << 16 | run << 8 | length of code and value; 0 when that is longer.
    values: Vec<i32>,
    /// By the next [`LEAP_BITS`]; see [`Self::leap`].
    leaps: Vec<u16>,
    /// First code above those of each length, at the top of 16 bits.
    limits: [u32; 17],
    /// What is added to a code of each length to find its symbol.
    offsets: [i32; 17],
    /// Symbols in the order of their codes.
    order: Vec<u8>,
}

impl Huffman {
    /// From the numbers of codes of each length and their symbols.
    pub fn new(lengths: &[u8; 16], order: &[u8]) -> Result<Self, Fault> {
        let mut table = Self {
            symbols: vec![0; 1 << LOOK_BITS],
            values: vec![0; 1 << LOOK_BITS],
            leaps: Vec::new(),
            limits: [0; 17],
            offsets: [0; 17],
            order: order.to_vec(),
        };
        let (mut code, mut at) = (0_u32, 0_usize);
        for (length, &count) in (1_u32..=16).zip(lengths) {
            let (Some(limit), Some(offset)) =
                (table.limits.get_mut(length as usize), table.offsets.get_mut(length as usize))
            else {
                break;
            };
            *offset = at as i32 - code as i32;
            for _ in 0..count {
                let symbol = *order.get(at).ok_or(Fault::Broken("a Huffman table is cut off"))?;
                if code >= 1 << length {
                    return Err(Fault::Broken("a Huffman table has too many codes"));
                }
                if length <= LOOK_BITS {
                    let first = (code << (LOOK_BITS - length)) as usize;
                    let entry = (length as u16) << 8 | u16::from(symbol);
                    let end = first + (1 << (LOOK_BITS - length));
                    if let Some(part) = table.symbols.get_mut(first..end) {
                        part.fill(entry);
                    }
                }
                code += 1;
                at += 1;
            }
            *limit = code << (16 - length);
            code <<= 1;
        }
        for bits in 0..1 << LOOK_BITS {
            table.add_value(bits);
        }
        Ok(table)
    }

    fn add_value(&mut self, bits: u32) {
        let entry = u32::from(self.symbols.get(bits as usize).copied().unwrap_or(0));
        let (length, run, size) = (entry >> 8, entry >> 4 & 15, entry & 15);
        if length == 0 || size == 0 || length + size > LOOK_BITS {
            return;
        }
        let raw = bits >> (LOOK_BITS - length - size) & ((1 << size) - 1);
        let value = extend(raw as i32, size);
        if let Some(place) = self.values.get_mut(bits as usize) {
            *place = value << 16 | (run << 8) as i32 | (length + size) as i32;
        }
    }

    /// Prepares [`Self::leap`]; worth it for large pictures only.
    pub fn prepare_leaps(&mut self) {
        if self.leaps.is_empty() {
            self.leaps = (0..1 << LEAP_BITS).map(|bits| self.leap_entry(bits)).collect();
        }
    }

    /// Bits << 8 | is last << 7 | coefficients passed. An end of block counts as one more coefficient, so that it is
    /// only taken where the block is not over yet.
    fn leap_entry(&self, bits: u32) -> u16 {
        let top = |used: u32| bits << (32 - LEAP_BITS) << used;
        let (mut used, mut passed) = (0, 0);
        while used < LEAP_BITS && passed < 64 {
            let Some((length, symbol)) = self.find(top(used) >> 16) else { break };
            if used + length > LEAP_BITS {
                break;
            }
            let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
            if size == 0 && run != 15 {
                return (((used + length) << 8) | 0x80 | (passed + 1)) as u16;
            }
            if passed + run + 1 > 64 {
                break;
            }
            used += length + size;
            passed += run + 1;
        }
        (used << 8 | passed) as u16
    }

    /// Length and symbol of the code at the top of 16 bits.
    fn find(&self, top: u32) -> Option<(u32, u8)> {
        let length = (1..=16).find(|&length| self.limits.get(length).is_some_and(|&limit| top < limit))?;
        let code = (top >> (16 - length)) as i32;
        let symbol = self.order.get(usize::try_from(code + self.offsets.get(length)?).ok()?)?;
        Some((length as u32, *symbol))
    }

    /// The next symbol; needs 16 bits. A code that is in no table ends the data.
    #[inline]
    pub fn symbol(&self, bits: &mut Bits<'_>) -> Option<u32> {
        let entry = u32::from(*self.symbols.get(bits.peek(LOOK_BITS))?);
        if entry != 0 {
            bits.drop(entry >> 8);
            return Some(entry & 0xff);
        }
        let (length, symbol) = self.find(bits.peek(16) as u32)?;
        bits.drop(length);
        Some(u32::from(symbol))
    }

    /// The difference of a DC coefficient.
    #[inline]
    pub fn difference(&self, bits: &mut Bits<'_>) -> Option<i32> {
        bits.need();
        let entry = *self.values.get(bits.peek(LOOK_BITS))?;
        if entry != 0 && entry & 0xff00 == 0 {
            bits.drop((entry & 0xff) as u32);
            return Some(entry >> 16);
        }
        let size = self.symbol(bits)?;
        if size > 15 {
            return None;
        }
        let raw = bits.take(size);
        Some(extend(raw, size))
    }

    /// The next AC coefficient as (zeros before it, value); a value of zero means: fifteen zeros before one more, or
    /// with another run the end of the block.
    #[inline]
    pub fn coefficient(&self, bits: &mut Bits<'_>) -> Option<(u32, i32)> {
        bits.need();
        let entry = *self.values.get(bits.peek(LOOK_BITS))?;
        if entry != 0 {
            bits.drop((entry & 0xff) as u32);
            return Some(((entry >> 8 & 15) as u32, entry >> 16));
        }
        let symbol = self.symbol(bits)?;
        let size = symbol & 15;
        let raw = bits.take(size);
        Some((symbol >> 4, extend(raw, size)))
    }

    /// Passes over the AC coefficients of a block from `k` on. Needs [`Self::prepare_leaps`] to be fast.
    #[inline]
    pub fn skip_block(&self, bits: &mut Bits<'_>, mut k: u32) -> Option<()> {
        while k < 64 {
            bits.need();
            let leap = u32::from(self.leaps.get(bits.peek(LEAP_BITS)).copied().unwrap_or(0));
            let passed = leap & 0x7f;
            if passed != 0 && k + passed <= 64 {
                bits.drop(leap >> 8);
                if leap & 0x80 != 0 {
                    return Some(());
                }
                k += passed;
                continue;
            }
            let symbol = self.symbol(bits)?;
            let (run, size) = (symbol >> 4, symbol & 15);
            bits.drop(size);
            if size == 0 && run != 15 {
                return Some(());
            }
            k += run + 1;
        }
        Some(())
    }
}
