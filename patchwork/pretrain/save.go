package pretrain

import (
	"github.com/gomlx/gomlx/ml/model"

	"github.com/gopatchwork/patchwork/patchwork/backbone"
)

// Scope is where the variables of the network lie.
func (t *Trained) Scope() *model.Scope { return t.store.Scope("/" + Student + "/" + backboneName) }

// Save writes the network as a folder that backbone.Load reads and that is an extractor. About is a line for people. If the method paints, what it paints
// with lies in the folder too (OpenPainter).
//
// Errors: those of backbone.Save.
func (t *Trained) Save(dir, name string, o backbone.Options, about string) error {
	err := backbone.Save(dir, t.store, t.Scope().Scope(), backbone.Saved{Name: name, Options: o, Width: t.side, Height: t.side, About: about})
	if err != nil {
		return err
	}
	return t.savePainter(dir)
}
