package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path"
	"slices"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/optimizer"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/compute"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// photos are pictures of one size with their classes.
type photos struct {
	side, classes int
	pixels        [][]float32
	class         []int32
}

// load reads a folder with a folder for each class.
func load(ctx context.Context, dir string, side int) (*photos, error) {
	index, _, err := imageset.Scan(ctx, imageset.ScanOptions{Sources: []imageset.Source{{Path: dir}}})
	if err != nil {
		return nil, err
	}
	r := &imageset.Reader{Index: index}
	p := &photos{side: side}
	var names []string
	for row := range index.Len() {
		if !index.Usable(row) {
			continue
		}
		pixels := make([]float32, side*side*3)
		if err := r.ReadInto(pixels, row, imageset.Resize{Size: imageset.Size{W: side, H: side}}); err != nil {
			return nil, err
		}
		name := path.Base(path.Dir(index.At(row).ID))
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
		p.pixels = append(p.pixels, pixels)
		p.class = append(p.class, int32(slices.Index(names, name)))
	}
	p.classes = len(names)
	return p, nil
}

// batch fills tensors with some rows, each in one of its eight positions if rng is not nil.
func (p *photos) batch(rows []int, rng *rand.Rand) (x, y *tensors.Tensor) {
	var pixels []float32
	var class []int32
	for _, row := range rows {
		at := func(r, c int) (int, int) { return r, c }
		if rng != nil {
			turn, last := rng.IntN(8), p.side-1
			at = func(r, c int) (int, int) {
				if turn&1 != 0 {
					r = last - r
				}
				if turn&2 != 0 {
					c = last - c
				}
				if turn&4 != 0 {
					r, c = c, r
				}
				return r, c
			}
		}
		for r := range p.side {
			for c := range p.side {
				i, j := at(r, c)
				pixels = append(pixels, p.pixels[row][(i*p.side+j)*3:][:3]...)
			}
		}
		class = append(class, p.class[row])
	}
	return tensors.FromFlatDataAndDimensions(pixels, len(rows), p.side, p.side, 3), tensors.FromFlatDataAndDimensions(class, len(rows), 1)
}

// learn trains a network with a linear layer for so many seconds of processor time and prints how often it is right on the
// fifth of the images that is held out.
func learn(ctx context.Context, name string, n backbone.Network, dir string, side, batch int, seconds float64) error {
	p, err := load(ctx, dir, side)
	if err != nil {
		return err
	}
	b, err := compute.Backend()
	if err != nil {
		return err
	}
	order := rand.New(rand.NewPCG(1, 1)).Perm(len(p.class))
	held, learned := order[:len(order)/5], order[len(order)/5:]
	store := model.NewStore()
	defer store.Finalize()
	store.SetParam("/initializer_seed", int64(1))
	logits := func(scope *model.Scope, x *Node) *Node {
		v := backbone.Pooled(n.Graph(scope.At("net"), x)) // [batch, channels]
		w := store.VariableWithValue("/head/kernel", make2(n.Card().Channels, p.classes)).NodeValue(x)
		return MatMul(v, w)
	}
	adam := optimizer.Adam().LearningRate(1e-3).Done()
	step, err := model.NewExec(b, store, func(scope *model.Scope, x, y *Node) *Node {
		store.SetTraining(x.Graph(), true)
		z := logits(scope, x)
		loss := Neg(ReduceAllMean(ReduceSum(Mul(LogSoftmax(z), OneHot(Reshape(y, -1), p.classes, dtypes.Float32)), -1)))
		adam.UpdateGraph(scope, x.Graph(), loss)
		return loss
	})
	if err != nil {
		return err
	}
	judge, err := model.NewExec(b, store, func(scope *model.Scope, x, y *Node) *Node {
		return ReduceAllSum(ConvertDType(Equal(ArgMax(logits(scope, x), -1, dtypes.Int32), Reshape(y, -1)), dtypes.Float32))
	})
	if err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(2, 2))
	seen := 0
	for began := used(); (used() - began).Seconds() < seconds; {
		if err := ctx.Err(); err != nil {
			return err
		}
		rows := make([]int, batch)
		for i := range rows {
			rows[i] = learned[rng.IntN(len(learned))]
		}
		x, y := p.batch(rows, rng)
		loss, err := step.Call1(x, y)
		if err != nil {
			return err
		}
		loss.MustFinalizeAll()
		seen += batch
	}
	right := 0.0
	for rows := range slices.Chunk(held, 50) {
		x, y := p.batch(rows, nil)
		r, err := judge.Call1(x, y)
		if err != nil {
			return err
		}
		right += float64(tensors.ToScalar[float32](r))
	}
	fmt.Printf("| %s | %.1f | %.3f |\n", name, float64(seen)/float64(len(learned)), right/float64(len(held)))
	return nil
}

func make2(rows, cols int) [][]float32 {
	out := make([][]float32, rows)
	for i := range out {
		out[i] = make([]float32, cols)
	}
	return out
}
