package finetune

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/internal/atomicfile"
	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/compute/weights"
	"github.com/gopatchwork/patchwork/patchwork/features"
)

// A state is the folder epoch-N in Task.State, of the last epoch that is whole: "now", a checkpoint of all variables, those of the
// optimiser too; "best", one of the best weights; and state.json, which is written last.
const stateFile = "state.json"

// written is state.json.
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

// writeDown keeps the state at the end of an epoch.
func (t *trainer) writeDown() error {
	if t.state == "" {
		return nil
	}
	history := t.graft.History()
	if err := os.MkdirAll(t.state, 0o755); err != nil {
		return fmt.Errorf("finetune: the state cannot be kept: %w", err)
	}
	dir := filepath.Join(t.state, fmt.Sprintf("epoch-%d", len(history)))
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("finetune: the state cannot be kept: %w", err)
	}
	err := errors.Join(weights.Save(t.store, filepath.Join(dir, "now")), weights.Save(t.best, filepath.Join(dir, "best")))
	if err == nil {
		var text []byte
		w := written{Task: t.fingerprint(), History: history}
		if t.others.rule != nil {
			w.Rule = t.others.rule.State()
		}
		if text, err = json.Marshal(w); err == nil {
			err = atomicfile.Write(filepath.Join(dir, stateFile), text, 0o644, atomicfile.Durable)
		}
	}
	if err != nil {
		return fmt.Errorf("finetune: the state cannot be kept in %s: %w", dir, err)
	}
	t.forget(dir)
	return nil
}

// forget removes the states of other epochs.
func (t *trainer) forget(but string) {
	others, _ := filepath.Glob(filepath.Join(t.state, "epoch-*"))
	for _, dir := range others {
		if dir != but {
			os.RemoveAll(dir) // what stays does no harm
		}
	}
}

// takeUp goes on from a state, if there is one of this task. One that is damaged or of another task is left aside and written over.
func (t *trainer) takeUp() (bool, error) {
	dir, w, err := lastState(t.state)
	if err != nil || dir == "" || w.Task != t.fingerprint() {
		return false, err
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

// lastState is the newest whole state of a folder; "" if there is none.
func lastState(folder string) (dir string, w written, err error) {
	if folder == "" {
		return "", w, nil
	}
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return "", w, nil
	}
	if err != nil {
		return "", w, fmt.Errorf("finetune: the state cannot be read: %w", err)
	}
	for _, e := range entries {
		var one written
		text, err := os.ReadFile(filepath.Join(folder, e.Name(), stateFile))
		if err == nil && strings.HasPrefix(e.Name(), "epoch-") && json.Unmarshal(text, &one) == nil && len(one.History) > len(w.History) {
			dir, w = filepath.Join(folder, e.Name()), one
		}
	}
	return dir, w, nil
}
