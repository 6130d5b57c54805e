package finetune

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path/filepath"

	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/compute/weights"
	"github.com/gopatchwork/patchwork/patchwork/features"
)

// written is what a state says about itself.
type written struct {
	Task    string           `json:"task"` // hash of what must be the same to go on
	History []classify.Point `json:"history"`
	Rule    json.RawMessage  `json:"rule,omitempty"` // semi.Rule.State, where images without labels are guessed
}

// fingerprint names all that decides what a training comes to, but the data of images.
func (t *trainer) fingerprint() string {
	train, validation := t.graft.Rows()
	sum := sha256.New()
	json.NewEncoder(sum).Encode(struct {
		O                 Options
		Head              classify.Options
		Spec              features.Spec
		Classes           []string
		Labels            []float32
		Train, Validation []int
		Guessed           []int
		Unknown           []byte
		Domains           [][]int
	}{t.o, t.graft.Options(), t.net.Spec(), t.graft.Classes(), t.allLabels(), train, validation, t.others.guessed, t.others.cells(), t.graft.Domains()})
	return hex.EncodeToString(sum.Sum(nil))
}

func (t *trainer) allLabels() []float32 {
	train, validation := t.graft.Rows()
	all := make([]float32, (len(train)+len(validation))*t.classes)
	for i := range train {
		t.graft.TrainLabels(i, all[i*t.classes:(i+1)*t.classes])
	}
	for i := range validation {
		at := (len(train) + i) * t.classes
		t.graft.ValidationLabels(i, all[at:at+t.classes])
	}
	return all
}

// states is where the trainer keeps its state: "now", a checkpoint of all variables, those of the optimiser too, and "best", one of the best weights.
func (t *trainer) states() weights.States { return weights.States{Folder: t.state, Unit: "epoch"} }

// writeDown keeps the state at the end of an epoch.
func (t *trainer) writeDown() error {
	if t.state == "" {
		return nil
	}
	w := written{Task: t.fingerprint(), History: t.graft.History()}
	if t.others.rule != nil {
		w.Rule = t.others.rule.State()
	}
	if err := t.states().Keep(len(w.History), w, map[string]*model.Store{"now": t.store, "best": t.best}); err != nil {
		return fmt.Errorf("finetune: %w", err)
	}
	return nil
}

// takeUp goes on from a state, if there is one of this task. One that is damaged or of another task is left aside and written over.
func (t *trainer) takeUp() (bool, error) {
	dir, w, err := weights.Last[written](t.states())
	if err != nil {
		return false, fmt.Errorf("finetune: %w", err)
	}
	if dir == "" || w.Task != t.fingerprint() {
		return false, nil
	}
	now, best := model.NewStore(), model.NewStore()
	defer now.Finalize()
	if weights.Load(now, filepath.Join(dir, "now")) != nil || weights.Load(best, filepath.Join(dir, "best")) != nil || t.graft.Keep(best) != nil ||
		t.others.rule != nil && t.others.rule.Restore(w.Rule) != nil {
		best.Finalize()
		if t.graft, err = t.again(); err == nil {
			t.others = newOthers(t.graft, t.o.Steps)
		}
		return false, err
	}
	if err := t.put(); err != nil {
		return false, err
	}
	for v := range now.IterVariables() {
		if err := weights.Copy(v, t.store, v.Path()); err != nil {
			return false, err
		}
	}
	t.best, t.resumed = best, len(w.History)
	t.graft.Resume(w.History)
	return true, nil
}
