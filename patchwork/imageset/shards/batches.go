package shards

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"runtime"
	"sync"
)

// Batch is a group of images.
type Batch struct {
	Numbers []int // of each image in the set
	Rows    []int // of each in the index

	N, H, W, C int
	Pix        []float32 // [N, H, W, C], divided by the norm
}

// Order says in which order a set is gone through. The zero value is that of the set.
type Order struct {
	Shuffle     bool
	Seed, Epoch uint64 // together they decide the order, on every machine and with any number of cores
	DropLast    bool   // leave out a last batch that is not full
}

// Numbers lists the images of a set of n in this order: every permutation is equally likely.
func (o Order) Numbers(n int) []int {
	numbers := make([]int, n)
	for i := range numbers {
		numbers[i] = i
	}
	if o.Shuffle {
		rng := rand.New(rand.NewPCG(o.Seed, o.Epoch))
		rng.Shuffle(n, func(i, j int) { numbers[i], numbers[j] = numbers[j], numbers[i] })
	}
	return numbers
}

// ahead is a batch on its way from a worker to the caller.
type ahead struct {
	Batch
	err  error
	done chan struct{}
}

// Batches yields every image once, n at a time; the last batch may hold fewer. Batches are made ahead, one on each core,
// while the caller works; the caller owns each. Memory holds twice as many batches as there are cores, and two.
//
// Errors end the sequence: n is less than 1; ctx is done; an error of Read.
func (s *Set) Batches(ctx context.Context, o Order, n int) iter.Seq2[Batch, error] {
	return func(yield func(Batch, error) bool) {
		if n < 1 {
			yield(Batch{}, fmt.Errorf("shards.Batches: n is %d; want at least one image a batch", n))
			return
		}
		inner, cancel := context.WithCancel(ctx)
		queue, wait := s.readAhead(inner, groups(o, s.n, n))
		defer wait()
		defer cancel()
		for a := range queue {
			select {
			case <-a.done:
			case <-inner.Done():
			}
			if ctx.Err() != nil {
				break
			}
			if a.err != nil {
				yield(Batch{}, a.err)
				return
			}
			if !yield(a.Batch, nil) {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(Batch{}, err)
		}
	}
}

// groups cuts the images into batches of n.
func groups(o Order, total, n int) [][]int {
	var groups [][]int
	for numbers := o.Numbers(total); len(numbers) > 0; {
		if o.DropLast && len(numbers) < n {
			break
		}
		k := min(n, len(numbers))
		groups = append(groups, numbers[:k:k])
		numbers = numbers[k:]
	}
	return groups
}

// readAhead starts workers that each make a batch. The queue holds them in order; it is closed after the last, or early
// when ctx is done. Wait returns when every worker has ended.
func (s *Set) readAhead(ctx context.Context, groups [][]int) (queue <-chan *ahead, wait func()) {
	workers := runtime.GOMAXPROCS(0)
	ordered, jobs := make(chan *ahead, workers), make(chan *ahead)
	var wg sync.WaitGroup
	wg.Go(func() {
		defer close(ordered)
		defer close(jobs)
		for _, numbers := range groups {
			a := &ahead{Batch: Batch{Numbers: numbers}, done: make(chan struct{})}
			for _, to := range []chan<- *ahead{ordered, jobs} {
				select {
				case to <- a:
				case <-ctx.Done():
					return
				}
			}
		}
	})
	for range workers {
		wg.Go(func() {
			for a := range jobs {
				a.err = s.fill(ctx, &a.Batch)
				close(a.done)
			}
		})
	}
	return ordered, wg.Wait
}

func (s *Set) fill(ctx context.Context, b *Batch) error {
	shape := s.manifest.Shape
	b.N, b.H, b.W, b.C = len(b.Numbers), shape.H, shape.W, shape.C
	values := shape.values()
	b.Rows, b.Pix = make([]int, b.N), make([]float32, b.N*values)
	for k, i := range b.Numbers {
		if err := ctx.Err(); err != nil {
			return err
		}
		b.Rows[k] = s.Entry(i).Row
		if err := s.Read(i, b.Pix[k*values:][:values]); err != nil {
			return err
		}
	}
	return nil
}
