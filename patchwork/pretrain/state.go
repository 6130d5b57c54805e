package pretrain

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/compute/weights"
)

// written is what a state says about itself.
type written struct {
	Task string `json:"task"` // what must be the same to go on
	Step int    `json:"step"`
	Last Point  `json:"last"`
}

// fingerprint names all that decides what a training comes to, but the data of images, and the number of devices, which changes the order of sums.
func (t *trainer) fingerprint() string {
	o := t.o
	o.Devices = 0
	text, _ := json.Marshal(struct {
		O       Options
		Method  string
		Setting []Setting
		Network backbone.Card
		Source  any
		From    string `json:",omitempty"`
	}{o, t.Method.Card().Name, Settings(t.Method), t.Network.Card(), t.Source.Shape(), t.began.Weights})
	return string(text)
}

// states is where the trainer keeps its state: a checkpoint of all variables, those of the optimiser too.
func (t *trainer) states() weights.States { return weights.States{Folder: t.Folder, Unit: "step"} }

// writeDown keeps the state after so many steps.
func (t *trainer) writeDown(step int) error {
	if t.Folder == "" || step == t.saved {
		return nil
	}
	if err := t.states().Keep(step, written{t.fingerprint(), step, t.last}, map[string]*model.Store{"now": t.store}); err != nil {
		return err
	}
	t.saved = step
	return nil
}

// takeUp goes on from the newest state of this task. One that is damaged or of another task is left aside and written over.
//
// Errors: the state is of another network, with the first variable that does not fit.
func (t *trainer) takeUp() error {
	dir, w, err := weights.Last[written](t.states())
	if err != nil {
		return err
	}
	if dir == "" || w.Task != t.fingerprint() {
		return nil
	}
	kept := model.NewStore()
	defer kept.Finalize()
	if weights.Load(kept, filepath.Join(dir, "now")) != nil {
		return nil
	}
	if what := mismatch(kept, t.store); what != "" {
		return fmt.Errorf("the state in %s is of another network: %s. Train with the same options as before, or remove %s to begin anew", dir, what, t.Folder)
	}
	for v := range kept.IterVariables() {
		if err := weights.Copy(v, t.store, v.Path()); err != nil {
			return err
		}
	}
	t.resumed, t.saved, t.last = w.Step, w.Step, w.Last
	return nil
}

// mismatch is the first variable, by path, of a branch or a memory that one of two stores lacks, or that has another shape; "" if there is none. What
// optimisers remember, and the labels of an epoch, come later.
func mismatch(kept, now *model.Store) string {
	var all []string
	branches := map[string]bool{}
	for v := range now.IterVariables() {
		branches[branchName(v.Path())] = true
		if was := kept.GetVariable(v.Path()); was == nil {
			all = append(all, v.Path()+" is missing there")
		} else if !was.Shape().Equal(v.Shape()) {
			all = append(all, fmt.Sprintf("%s is %v there and %v here", v.Path(), was.Shape().Dimensions, v.Shape().Dimensions))
		}
	}
	for v := range kept.IterVariables() {
		if branches[branchName(v.Path())] && v.Path() != labelsPath && now.GetVariable(v.Path()) == nil {
			all = append(all, v.Path()+" is there and not here")
		}
	}
	if all == nil {
		return ""
	}
	return slices.Min(all)
}

// branchName is the first part of the path of a variable.
func branchName(path string) string {
	branch, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return branch
}
