package multitask

import (
	"math"
	"math/rand/v2"
)

// holdOutStream names the random stream that draws held-out images, so that other uses of the same seed draw other numbers.
const holdOutStream = 0x686f6c646f7574 // "holdout"

// holdOut draws about share of the usable lines to be held out. Lines come in random order, and one is held out if of each
// category that it has fewer than that share, rounded, are held out so far, and another one is left to learn from: so every
// category is on both sides as far as that is possible, and none is held out as a whole.
func holdOut(t *Table, usable func(i int) bool, share float64, seed uint64) []bool {
	rng := rand.New(rand.NewPCG(seed, holdOutStream))
	out := make([]bool, len(t.Rows))
	room := make([][]int, len(t.Tasks)) // by task and category, how many more may be held out
	for k, task := range t.Tasks {
		room[k] = make([]int, len(task.Categories))
	}
	var lines []int
	for i := range t.Rows {
		if usable(i) {
			lines = append(lines, i)
			for k := range room {
				if v := t.Value(i, k); v != Unknown {
					room[k][v]++
				}
			}
		}
	}
	for k := range room {
		for v, n := range room[k] {
			room[k][v] = min(int(math.Round(share*float64(n))), n-1)
		}
	}
	left := int(math.Round(share * float64(len(lines))))
	for _, at := range rng.Perm(len(lines)) {
		i := lines[at]
		fits := left > 0
		for k := range room {
			if v := t.Value(i, k); v != Unknown && room[k][v] <= 0 {
				fits = false
			}
		}
		if !fits {
			continue
		}
		out[i] = true
		left--
		for k := range room {
			if v := t.Value(i, k); v != Unknown {
				room[k][v]--
			}
		}
	}
	return out
}
