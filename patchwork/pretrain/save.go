package pretrain

import "github.com/gopatchwork/patchwork/patchwork/backbone"

// Save writes the network as a folder that backbone.Load reads and that is an extractor. About is a line for people.
//
// Errors: those of backbone.Save.
func (t *Trained) Save(dir, name string, o backbone.Options, about string) error {
	return backbone.Save(dir, t.store, "/"+Student+"/"+backboneName, backbone.Saved{Name: name, Options: o, Width: t.side, Height: t.side, About: about})
}
