package stream

import (
	"context"
	"errors"
	"fmt"
	"image"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/gopatchwork/patchwork/patchwork/augment"
)

// pictures makes n pictures of noise. The first value tells the number: i/1000.
func pictures(n, h, w, c int) []*augment.Image {
	rng := rand.New(rand.NewPCG(1, 1))
	all := make([]*augment.Image, n)
	for i := range all {
		all[i] = augment.NewImage(h, w, c)
		for k := range all[i].Pix {
			all[i].Pix[k] = rng.Float32()
		}
		all[i].Pix[0] = float32(i) / 1000
	}
	return all
}

func images(t testing.TB, n, h, w, c int) Source {
	t.Helper()
	s, err := Images(pictures(n, h, w, c))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func pipeline(t testing.TB, p augment.Params, side int) *augment.Pipeline {
	t.Helper()
	pl, err := augment.New(p, image.Pt(side, side))
	if err != nil {
		t.Fatal(err)
	}
	return pl
}

func stream(t testing.TB, s Source, k Kind, o Options) *Stream {
	t.Helper()
	made, err := New(s, k, o)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// copied is a batch whose values do not change any more.
type copied struct {
	Step    int
	Numbers []int
	Floats  map[string][]float32
	Ints    map[string][]int32
	Labels  []int32
}

// collect copies and releases the batches of an epoch from a step on.
func collect(t testing.TB, s *Stream, epoch uint64, first int) (all []copied) {
	t.Helper()
	for b, err := range s.Epoch(t.Context(), epoch, first) {
		if err != nil {
			t.Fatal(err)
		}
		c := copied{Step: b.Step, Numbers: b.Numbers, Floats: map[string][]float32{}, Ints: map[string][]int32{}}
		for i, p := range s.Parts() {
			want := append([]int{len(b.Numbers) * p.rows()}, p.Dims...)
			if got := b.Tensors[i].Shape(); !slices.Equal(got.Dimensions, want) || got.DType != p.dtype() {
				t.Fatalf("%s is %s; want %v of %s", p.Name, got, want, p.dtype())
			}
			if p.Ints {
				c.Ints[p.Name] = tensors.MustCopyFlatData[int32](b.Tensors[i])
			} else {
				c.Floats[p.Name] = tensors.MustCopyFlatData[float32](b.Tensors[i])
			}
		}
		if b.Labels != nil {
			c.Labels = tensors.MustCopyFlatData[int32](b.Labels)
		}
		all = append(all, c)
		b.Release()
		b.Release() // does nothing
	}
	return all
}

func same(a, b []copied) bool { return fmt.Sprint(a) == fmt.Sprint(b) }

func allKinds(t testing.TB) map[string]Kind {
	strong := pipeline(t, augment.FixMatchStrong(), 12)
	return map[string]Kind{
		"plain": Plain(nil), "pair": Pair(strong), "weak and strong": WeakStrong(pipeline(t, augment.FixMatchWeak(), 16), strong),
		"multi-crop": MultiCrop(strong, pipeline(t, augment.SimCLR(), 6), 3),
		"rotated":    Rotated{Pipeline: strong}, "all rotations": Rotated{All: true},
		"inpainting": Inpainting{Pipeline: strong, Boxes: 2, Side: 0.3},
		"segments":   Segments{First: strong, Scale: 20, Draws: 4}, "grid": Segments{First: strong, Grid: 3, Draws: 4},
	}
}

func TestWorkersStepsAndSeeds(t *testing.T) {
	source := images(t, 23, 16, 16, 3)
	for name, kind := range allKinds(t) {
		t.Run(name, func(t *testing.T) {
			with := func(workers, ahead int, seed uint64) *Stream {
				return stream(t, source, kind, Options{Batch: 5, Workers: workers, Ahead: ahead, Seed: seed})
			}
			first := collect(t, with(1, 1, 7), 2, 0)
			if len(first) != with(1, 1, 7).Steps() {
				t.Fatalf("%d batches; Steps says %d", len(first), with(1, 1, 7).Steps())
			}
			for _, workers := range []int{2, 7} {
				if !same(first, collect(t, with(workers, workers, 7), 2, 0)) {
					t.Errorf("%d workers make other batches than one", workers)
				}
			}
			for step := range len(first) + 1 {
				if !same(first[step:], collect(t, with(3, 2, 7), 2, step)) {
					t.Errorf("resumed at step %d, the batches are others", step)
				}
			}
			if same(first, collect(t, with(2, 2, 7), 3, 0)) || same(first, collect(t, with(2, 2, 8), 2, 0)) {
				t.Error("another epoch or seed gives the same batches")
			}
		})
	}
}

// A picture that stands at several places of an epoch is drawn for anew at each.
func TestRepeatsDiffer(t *testing.T) {
	s := stream(t, images(t, 1, 16, 16, 3), Plain(pipeline(t, augment.SimCLR(), 16)), Options{Batch: 6, Order: Stratified{Clusters: []int{0}, Mult: 6}})
	x := collect(t, s, 0, 0)[0].Floats["x"]
	for i := range 6 {
		for j := range i {
			if slices.Equal(x[i*768:][:768], x[j*768:][:768]) {
				t.Errorf("places %d and %d show the same", j, i)
			}
		}
	}
}

func TestLastAndLabels(t *testing.T) {
	source, labels := images(t, 10, 4, 4, 1), make([]int32, 20)
	for i := range labels {
		labels[i] = int32(100 + i)
	}
	for _, tt := range []struct {
		kind  Kind
		last  Last
		sizes []int
	}{{Plain(nil), "", []int{4, 4, 2}}, {Plain(nil), Drop, []int{4, 4}}, {Pair(nil), "", []int{4, 4}}, {Pair(nil), Keep, []int{4, 4, 2}}} {
		s := stream(t, source, tt.kind, Options{Batch: 4, Last: tt.last, Labels: labels, Order: Sequential{}})
		var sizes []int
		for k, b := range collect(t, s, 0, 0) {
			sizes = append(sizes, len(b.Numbers))
			if n := len(b.Numbers); !slices.Equal(b.Labels, labels[8*k:][:2*n]) {
				t.Errorf("batch %d of pictures %v has the labels %v", k, b.Numbers, b.Labels)
			}
		}
		if !slices.Equal(sizes, tt.sizes) || s.Steps() != len(tt.sizes) || s.Len() != 10 {
			t.Errorf("%d views, last %q: batches of %v, %d steps of %d places; want %v", len(tt.kind.(Views)), tt.last, sizes, s.Steps(), s.Len(), tt.sizes)
		}
	}
}

// holed is a source some of whose pictures are broken.
type holed struct {
	Source
	broken map[int]bool
	reads  atomic.Int64
}

var errTorn = errors.New("torn")

func (h *holed) Read(ctx context.Context, i int, dst []float32) error {
	h.reads.Add(1)
	if h.broken[i] {
		dst[0] = -1
		return fmt.Errorf("picture %d: %w", i, errTorn)
	}
	return h.Source.Read(ctx, i, dst)
}

func TestBrokenPicturesAreReplaced(t *testing.T) {
	for _, workers := range []int{1, 4} {
		var told []int
		o := Options{Batch: 4, Order: Sequential{}, Workers: workers, Broken: func(i int, err error) {
			if told = append(told, i); !errors.Is(err, errTorn) {
				t.Errorf("picture %d: %v", i, err)
			}
		}}
		s := stream(t, &holed{Source: images(t, 11, 2, 2, 1), broken: map[int]bool{1: true, 6: true, 9: true, 10: true}}, Plain(nil), o)
		var got [][]int
		for _, b := range collect(t, s, 0, 0) {
			got = append(got, b.Numbers)
			for i, n := range b.Numbers {
				if b.Floats["x"][4*i] != float32(n)/1000 {
					t.Errorf("the values of picture %d begin with %g", n, b.Floats["x"][4*i])
				}
			}
		}
		// 6 is replaced by the first of 10, 0 (the order begins anew); 9 and 10 by 13-11 and 14-11.
		if want := [][]int{{0, 5, 2, 3}, {4, 5, 0, 7}, {8, 2, 3}}; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("got %v, want %v", got, want)
		}
		if want := []int{1, 6, 9, 10}; !slices.Equal(told, want) {
			t.Errorf("told of %v, want %v", told, want)
		}
	}
}

func TestNothingCanBeRead(t *testing.T) {
	broken := map[int]bool{}
	for i := range 300 {
		broken[i] = true
	}
	h := &holed{Source: images(t, 300, 2, 2, 1), broken: broken}
	s := stream(t, h, Plain(nil), Options{Batch: 4, Workers: 1, Ahead: 1, Order: Sequential{}})
	err := ended(s.Epoch(t.Context(), 0, 0))
	if !errors.Is(err, errTorn) || !strings.HasPrefix(err.Error(), "stream: 100 pictures in a row cannot be read, so none takes place 0 of epoch 0; see") {
		t.Errorf("got %v", err)
	}
	if n := h.reads.Load(); n > 1000 {
		t.Errorf("%d pictures were tried; want a few hundred", n)
	}
}

// ended goes through a sequence and returns its error.
func ended(seq func(func(*Batch, error) bool)) (err error) {
	for _, err = range seq {
	}
	return err
}

// slow is a source that blocks until ctx ends, after some pictures.
type slow struct {
	Source
	left atomic.Int64
}

func (s *slow) Read(ctx context.Context, i int, dst []float32) error {
	if s.left.Add(-1) < 0 {
		<-ctx.Done()
		return ctx.Err()
	}
	return s.Source.Read(ctx, i, dst)
}

func TestEpochEndsAndLeavesNoGoroutine(t *testing.T) {
	before := runtime.NumGoroutine()
	source := images(t, 100, 8, 8, 3)
	pair := Pair(pipeline(t, augment.SimCLR(), 8))
	for range 20 { // the caller leaves
		for _, err := range stream(t, source, pair, Options{Batch: 4, Workers: 3}).Epoch(t.Context(), 0, 0) {
			if err != nil {
				t.Fatal(err)
			}
			break
		}
	}
	for _, ready := range []int64{0, 2, 9} { // ctx ends while pictures are awaited
		stuck := &slow{Source: source}
		stuck.left.Store(ready)
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(10*time.Millisecond, func() { cancel(nil) })
		if err := ended(stream(t, stuck, pair, Options{Batch: 4, Workers: 3}).Epoch(ctx, 0, 0)); !errors.Is(err, context.Canceled) {
			t.Errorf("with %d pictures: %v; want the error of the context", ready, err)
		}
	}
	done, cancel := context.WithCancel(t.Context())
	cancel()
	if err := ended(stream(t, source, pair, Options{Batch: 4}).Epoch(done, 0, 0)); !errors.Is(err, context.Canceled) {
		t.Errorf("with a context that is done: %v", err)
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines; there were %d before", runtime.NumGoroutine(), before)
}

// counting counts the pictures that are read.
type counting struct {
	Source
	reads atomic.Int64
}

func (c *counting) Read(ctx context.Context, i int, dst []float32) error {
	c.reads.Add(1)
	return c.Source.Read(ctx, i, dst)
}

// However long the caller takes, no more than Ahead batches are made behind the one it holds.
func TestAheadIsBounded(t *testing.T) {
	c := &counting{Source: images(t, 100, 4, 4, 1)}
	s := stream(t, c, Plain(nil), Options{Batch: 5, Ahead: 3, Workers: 4})
	for b, err := range s.Epoch(t.Context(), 0, 0) {
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Millisecond) // lets the workers go as far as they can
		if n, most := c.reads.Load(), int64(5*(b.Step+1+3)); n > most {
			t.Errorf("at step %d %d pictures have been read; want at most %d", b.Step, n, most)
		}
	}
}

// Two goroutines may go through a stream at one time.
func TestTwoWalksDoNotDisturb(t *testing.T) {
	s := stream(t, images(t, 30, 8, 8, 3), Pair(pipeline(t, augment.SimCLR(), 8)),
		Options{Batch: 4, Order: Stratified{Clusters: make([]int, 30), Mult: 1, Distinct: true}})
	want := collect(t, s, 1, 0)
	var group sync.WaitGroup
	for epoch := range uint64(4) {
		group.Go(func() {
			if got := collect(t, s, epoch, 0); same(got, want) != (epoch == 1) {
				t.Errorf("epoch %d equals epoch 1: %t", epoch, epoch != 1)
			}
		})
	}
	group.Wait()
}
