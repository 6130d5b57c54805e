// Package weights writes the variables of a GoMLX store to a folder and reads them back, to the bit.
package weights

import (
	"fmt"

	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/checkpoint"
	"github.com/gopatchwork/patchwork/patchwork/compute"
)

// Save writes all variables of a store, those of optimisers and random numbers too, as a GoMLX checkpoint.
func Save(s *model.Store, dir string) error {
	return compute.Try("checkpoint", func() error {
		handler, err := checkpoint.Build(s).Dir(dir).ExcludeAllParams().Done()
		if err != nil {
			return err
		}
		return handler.Save()
	})
}

// Load adds the variables of a checkpoint to a store that has none of them.
//
// Errors: there is no checkpoint, or it is damaged.
func Load(s *model.Store, dir string) error {
	return compute.Try("checkpoint", func() error {
		_, err := checkpoint.Load(s).Dir(dir).Immediate().Done()
		return err
	})
}

// Copy gives the value of a variable of one store to the variable with a path in another, which is made if it is not there.
func Copy(from *model.Variable, to *model.Store, path string) error {
	v, err := from.Value()
	if err == nil {
		v, err = v.LocalClone()
	}
	if err != nil {
		return fmt.Errorf("weights: variable %s: %w", from.Path(), err)
	}
	if old := to.GetVariable(path); old != nil {
		if !old.Shape().Equal(v.Shape()) {
			return fmt.Errorf("weights: variable %s is %s and gets a value of %s", path, old.Shape(), v.Shape())
		}
		return old.SetValue(v)
	}
	to.VariableWithValue(path, v).SetTrainable(false)
	return nil
}
