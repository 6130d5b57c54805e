package imageset

import (
	"cmp"
	"context"
	"maps"
	"math/bits"
	"slices"
)

// TurnedPair is two rows of which one is like the other turned or mirrored.
type TurnedPair struct {
	A, B  int // rows, A the lower
	Turns int // quarter turns, counter-clockwise, 0 to 3, after which B lies like A mirrored or, but for 0, like A
}

const (
	turnedBits  = 8  // of 64 signs in which a turned copy may differ; docs/quality.md has what was found with it
	turnedPairs = 10 // of an image with earlier ones
)

// Turned finds pairs of images of which one is perhaps the other mirrored, turned by quarters of a circle, or both: a turn changes the signs of
// cosines, and exchanges those across for those down, so Scores.Signs of a turned picture follow from those of the picture. The pairs are to
// be compared, because other pictures may have such signs too. Images of low information are left out, and of those with the same signs the
// later ones; an image is paired with the 10 earlier ones at most whose signs differ least. The pairs are sorted.
//
// Errors: ctx is done.
//
// Signs that differ in at most 8 bits do so in at most 2 of one of their four quarters; see nearGroups.
func (f *Flags) Turned(ctx context.Context, progress func(done, total int)) (pairs []TurnedPair, err error) {
	var rows []int
	var signs []uint64
	seen := map[uint64]bool{}
	var head [4][1 << 16]int32 // 1 + the last with this quarter; next leads to those before
	var next [4][]int32
	near := masksWithin(turnedBits / 4)
	for at, own := range f.signs {
		if at%1024 == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if progress != nil {
				progress(at, len(f.signs))
			}
		}
		if seen[own] {
			continue
		}
		seen[own] = true
		best := map[TurnedPair]int{}
		for turns := range 4 {
			for mirrored, turned := range [2]uint64{turnSigns(own, turns), mirrorSigns(turnSigns(own, turns))} {
				if turns == 0 && mirrored == 0 {
					continue // as it is
				}
				for q := range next {
					for _, mask := range near {
						for k := head[q][uint16(turned>>(16*q))^mask]; k > 0; k = next[q][k-1] {
							if n := bits.OnesCount64(turned ^ signs[k-1]); n <= turnedBits {
								pair := TurnedPair{rows[k-1], f.hashed[at], turns}
								if before, ok := best[pair]; !ok || n < before {
									best[pair] = n
								}
							}
						}
					}
				}
			}
		}
		found := slices.SortedFunc(maps.Keys(best), func(a, b TurnedPair) int {
			return cmp.Or(best[a]-best[b], a.A-b.A, a.Turns-b.Turns)
		})
		pairs = append(pairs, found[:min(turnedPairs, len(found))]...)
		rows, signs = append(rows, f.hashed[at]), append(signs, own)
		for q := range next {
			key := uint16(own >> (16 * q))
			next[q], head[q][key] = append(next[q], head[q][key]), int32(len(signs))
		}
	}
	slices.SortFunc(pairs, func(a, b TurnedPair) int { return cmp.Or(a.A-b.A, a.B-b.B, a.Turns-b.Turns) })
	if progress != nil {
		progress(len(f.signs), len(f.signs))
	}
	return pairs, nil
}

// SignsApart is in how many of 64 signs of frequencies two pictures differ, or one and the other mirrored where those are fewer: by about 32
// where they have nothing in common.
func (s Scores) SignsApart(o Scores) int {
	return min(bits.OnesCount64(s.Signs^o.Signs), bits.OnesCount64(s.Signs^mirrorSigns(o.Signs)))
}

const (
	oddAcross = 0xaaaaaaaaaaaaaaaa // bits 8v+u with u odd: their cosines change signs if the picture is mirrored
	oddDown   = 0xff00ff00ff00ff00 // those with v odd: if it is put upside down
)

// mirrorSigns are the signs of the picture with left and right exchanged.
func mirrorSigns(h uint64) uint64 { return h ^ oddAcross }

// turnSigns are those of the picture turned by quarters of a circle, counter-clockwise.
func turnSigns(h uint64, turns int) uint64 {
	for range turns {
		var across uint64 // rows and columns exchanged
		for u := range 8 {
			for v := range 8 {
				across |= h >> (8*v + u) & 1 << (8*u + v)
			}
		}
		h = across ^ oddDown
	}
	return h
}
