package finetune

import (
	"context"
	"errors"

	gomlx "github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/compute"
	"github.com/gopatchwork/patchwork/patchwork/compute/weights"
)

// begin fills the store: with a state that was written down, or else with the network and a head that has learned on its features.
func (t *trainer) begin(ctx context.Context) error {
	t.store = model.NewStore()
	t.y = newTable(t.o.BatchSize, t.classes)
	t.others = newOthers(t.graft, t.o.Steps)
	resumed, err := t.takeUp()
	if err != nil || resumed {
		return err
	}
	if t.finish {
		return errors.New("finetune: there is nothing to finish: no training with these images, labels and options was cut off after its first epoch")
	}
	if !t.o.Cold {
		if err := t.graft.Warm(ctx); err != nil {
			return err
		}
	}
	return t.put()
}

// put adds all variables to the store.
func (t *trainer) put() error {
	if err := t.graft.Put(t.store); err != nil {
		return err
	}
	return t.net.Put(t.store)
}

// build makes the graphs that every training needs.
func (t *trainer) build(backend gomlx.Backend) (err error) {
	t.frozen, err = model.NewExec(backend, t.store, func(scope *model.Scope, in []*Node) []*Node {
		network := func(pixels *Node) *Node { return StopGradient(t.net.Graph(scope, pixels)) }
		return t.step(scope, network, in, nil)
	})
	if err != nil {
		return err
	}
	t.judge, err = model.NewExec(backend, t.store, func(scope *model.Scope, x, y *Node) (sum, count, logits *Node) {
		return t.graft.Judge(scope, t.net.Graph(scope, x), y)
	})
	return err
}

// step adds a step to a graph whose inputs are pixels, labels, rate, share and what the others feed.
func (t *trainer) step(scope *model.Scope, network func(pixels *Node) *Node, in []*Node, tuned []classify.Tuned) []*Node {
	out := t.graft.Step(scope, network(in[0]), in[1], in[2], in[3], t.others.views(in[4:], network), tuned, t.o.NetworkDecay)
	if out.More == nil {
		return []*Node{out.Loss}
	}
	return []*Node{out.Loss, out.More, out.Sure, out.Answers}
}

// join makes the graph that trains the network too. From now on its weights can be trained, so no other graph of steps may be made.
func (t *trainer) join(epoch int) error {
	if t.o.Restart && epoch == t.o.Unfreeze {
		if err := t.graft.Restart(t.store); err != nil {
			return err
		}
	}
	var tuned []classify.Tuned
	for _, w := range t.net.Weights() {
		t.store.GetVariable(w.Path).SetTrainable(true)
		tuned = append(tuned, classify.Tuned{Path: w.Path, Kernel: w.Kernel})
	}
	backend, err := compute.Backend()
	if err != nil {
		return err
	}
	t.all, err = model.NewExec(backend, t.store, func(scope *model.Scope, in []*Node) []*Node {
		return t.step(scope, func(pixels *Node) *Node { return t.net.Graph(scope, pixels) }, in, tuned)
	})
	return err
}

// call runs a graph on tensors and copies what it gives.
func call(exec *model.Exec, in ...any) (out [][]float32, err error) {
	results, err := exec.Exec(in...)
	if err != nil {
		return nil, err
	}
	for _, r := range results {
		values, err := tensors.CopyFlatData[float32](r)
		if err != nil {
			return nil, err
		}
		out = append(out, values)
		r.MustFinalizeAll()
	}
	return out, nil
}

// keep copies the weights of network and head as the best.
func (t *trainer) keep() error {
	best := model.NewStore()
	paths := t.graft.Paths()
	for _, w := range t.net.Weights() {
		paths = append(paths, w.Path)
	}
	for _, path := range paths {
		if err := weights.Copy(t.store.GetVariable(path), best, path); err != nil {
			return err
		}
	}
	if t.best != nil {
		t.best.Finalize()
	}
	t.best = best
	return nil
}

// close frees graphs and stores.
func (t *trainer) close() {
	for _, e := range []*model.Exec{t.frozen, t.all, t.judge} {
		if e != nil {
			e.Finalize()
		}
	}
	for _, s := range []*model.Store{t.store, t.best} {
		if s != nil {
			s.Finalize()
		}
	}
}
