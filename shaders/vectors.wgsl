// Search over rows of half-precision numbers. A row is a run of chunks, each four words of two numbers; what its last chunk
// has too many are zeros. `src/library/vectors/device/` feeds this; what it finds is scored once more on the processor.
//
// Nothing but single precision, workgroup memory and one atomic is used, so that every adapter that computes can run it.

// Scores of one query with all rows.

struct Span {
    // Rows in this buffer.
    rows: u32,
    // Number of the first of them among all rows.
    first: u32,
    // Chunks of a row.
    chunks: u32,
    _padding: u32,
}

@group(0) @binding(0) var<uniform> span: Span;
@group(0) @binding(1) var<storage, read> rows: array<vec4u>;
@group(0) @binding(2) var<storage, read> query: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> scores: array<f32>;

// Neighbouring threads read neighbouring chunks of a row: 16 × 16 bytes at once.
const THREADS_OF_ROW: u32 = 16u;
const ROWS_OF_GROUP: u32 = 16u;

var<workgroup> partial_sums: array<f32, 256>;

@compute @workgroup_size(256)
fn score_rows(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) thread: u32,
) {
    let lane = thread % THREADS_OF_ROW;
    let row = (group.y * groups.x + group.x) * ROWS_OF_GROUP + thread / THREADS_OF_ROW;
    var sum = 0.0;
    if row < span.rows {
        for (var chunk = lane; chunk < span.chunks; chunk += THREADS_OF_ROW) {
            let words = rows[row * span.chunks + chunk];
            let low = vec4f(unpack2x16float(words.x), unpack2x16float(words.y));
            let high = vec4f(unpack2x16float(words.z), unpack2x16float(words.w));
            sum += dot(low, query[2u * chunk]) + dot(high, query[2u * chunk + 1u]);
        }
    }
    partial_sums[thread] = sum;
    workgroupBarrier();
    for (var width = THREADS_OF_ROW / 2u; width > 0u; width /= 2u) {
        if lane < width {
            partial_sums[thread] += partial_sums[thread + width];
        }
        workgroupBarrier();
    }
    if lane == 0u && row < span.rows {
        scores[span.first + row] = partial_sums[thread];
    }
}

// All pairs of a block of rows with another block, or with itself.

struct Block {
    // Place of the block's first row in its buffer, rows, and the number of the first row among all.
    left_place: u32,
    left_rows: u32,
    left_first: u32,
    right_place: u32,
    right_rows: u32,
    right_first: u32,
    chunks: u32,
    // Pairs that there is room for.
    capacity: u32,
    threshold: f32,
    _padding_0: u32,
    _padding_1: u32,
    _padding_2: u32,
}

struct Found {
    // All that were found, also those that there was no room for.
    count: atomic<u32>,
    pairs: array<vec2u>,
}

@group(0) @binding(4) var<uniform> block: Block;
@group(0) @binding(5) var<storage, read> left_rows: array<vec4u>;
@group(0) @binding(6) var<storage, read> right_rows: array<vec4u>;
// One over the length of every row, 0 for a row of zeros.
@group(0) @binding(7) var<storage, read> inverse_lengths: array<f32>;
@group(0) @binding(8) var<storage, read_write> found: Found;

// A workgroup takes 64 × 64 pairs, a thread 4 × 4 of them; 16 numbers of each row at a time lie in workgroup memory.
const TILE: u32 = 64u;
const SIDE: u32 = 16u;
const CHUNKS_AT_ONCE: u32 = 2u;
const NUMBERS_AT_ONCE: u32 = 16u;

// Number by number, so that neighbouring threads read neighbouring places.
var<workgroup> left_tile: array<f32, 1024>;
var<workgroup> right_tile: array<f32, 1024>;

@compute @workgroup_size(16, 16)
fn find_pairs(
    @builtin(workgroup_id) group: vec3u,
    @builtin(local_invocation_id) local: vec3u,
    @builtin(local_invocation_index) thread: u32,
) {
    let left_corner = group.y * TILE;
    let right_corner = group.x * TILE;
    // Below the diagonal are the pairs the other way round.
    if block.left_first + left_corner >= block.right_first + right_corner + TILE {
        return;
    }
    // Half of the threads fetch one side, half the other, each one chunk.
    let fetched_row = (thread % 128u) / CHUNKS_AT_ONCE;
    let fetched_chunk = thread % CHUNKS_AT_ONCE;
    var sums = array<vec4f, 4>();
    for (var chunk = 0u; chunk < block.chunks; chunk += CHUNKS_AT_ONCE) {
        let source = chunk + fetched_chunk;
        var words = vec4u();
        if source < block.chunks {
            if thread < 128u {
                if left_corner + fetched_row < block.left_rows {
                    words = left_rows[(block.left_place + left_corner + fetched_row) * block.chunks + source];
                }
            } else if right_corner + fetched_row < block.right_rows {
                words = right_rows[(block.right_place + right_corner + fetched_row) * block.chunks + source];
            }
        }
        for (var word = 0u; word < 4u; word++) {
            let numbers = unpack2x16float(words[word]);
            let place = (fetched_chunk * 8u + word * 2u) * TILE + fetched_row;
            if thread < 128u {
                left_tile[place] = numbers.x;
                left_tile[place + TILE] = numbers.y;
            } else {
                right_tile[place] = numbers.x;
                right_tile[place + TILE] = numbers.y;
            }
        }
        workgroupBarrier();
        for (var number = 0u; number < NUMBERS_AT_ONCE; number++) {
            let left = number * TILE + local.y;
            let right = number * TILE + local.x;
            let numbers = vec4f(
                right_tile[right],
                right_tile[right + SIDE],
                right_tile[right + 2u * SIDE],
                right_tile[right + 3u * SIDE],
            );
            sums[0] += left_tile[left] * numbers;
            sums[1] += left_tile[left + SIDE] * numbers;
            sums[2] += left_tile[left + 2u * SIDE] * numbers;
            sums[3] += left_tile[left + 3u * SIDE] * numbers;
        }
        workgroupBarrier();
    }
    for (var i = 0u; i < 4u; i++) {
        let left = left_corner + local.y + i * SIDE;
        for (var j = 0u; j < 4u; j++) {
            let right = right_corner + local.x + j * SIDE;
            let a = block.left_first + left;
            let b = block.right_first + right;
            if left < block.left_rows && right < block.right_rows && a < b {
                let cosine = sums[i][j] * inverse_lengths[a] * inverse_lengths[b];
                if cosine >= block.threshold {
                    let slot = atomicAdd(&found.count, 1u);
                    if slot < block.capacity {
                        found.pairs[slot] = vec2u(a, b);
                    }
                }
            }
        }
    }
}
