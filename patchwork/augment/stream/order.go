package stream

import (
	"math/rand/v2"

	"github.com/gopatchwork/patchwork/patchwork/imageset/shards"
)

// Order says which picture stands at each place of an epoch. It depends on the seed and the epoch alone.
type Order interface {
	// Len is the number of places of every epoch over n pictures.
	Len(n int) (int, error)
	// Numbers lists the pictures, 0 to n−1, of the places. It is called after Len had no error.
	Numbers(n int, seed, epoch uint64) []int
}

// Sequential shows every picture once, in the order of the source.
type Sequential struct{}

// Len is n.
func (Sequential) Len(n int) (int, error) { return n, nil }

// Numbers counts from 0.
func (Sequential) Numbers(n int, _, _ uint64) []int { return shards.Order{}.Numbers(n) }

// Shuffled shows every picture once; every permutation is equally likely. It is the order of shards.Order.
type Shuffled struct{}

// Len is n.
func (Shuffled) Len(n int) (int, error) { return n, nil }

// Numbers is a permutation.
func (Shuffled) Numbers(n int, seed, epoch uint64) []int {
	return shards.Order{Shuffle: true, Seed: seed, Epoch: epoch}.Numbers(n)
}

func shuffle(rng *rand.Rand, v []int) {
	rng.Shuffle(len(v), func(i, j int) { v[i], v[j] = v[j], v[i] })
}
