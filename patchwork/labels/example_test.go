package labels_test

import (
	"fmt"
	"os"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

func Example() {
	dir, _ := os.MkdirTemp("", "project")
	defer os.RemoveAll(dir)
	images, _ := imageset.NewIndex([]imageset.Image{{ID: "a.jpg"}, {ID: "b.jpg"}, {ID: "c.jpg"}})

	s, err := labels.Open(labels.Options{Dir: dir, Annotator: "anna", Classes: []string{"water"}, Images: images})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	s.Apply(labels.Event{Kind: labels.KindLabel, Set: []labels.Change{
		{Class: "water", Value: int8(labels.Present), Images: []string{"a.jpg", "b.jpg"}},
	}})
	_, err = s.Apply(labels.Event{Kind: labels.KindLabel, Set: []labels.Change{
		{Class: "sea", Value: int8(labels.Present), Images: []string{"c.jpg"}},
	}})
	fmt.Println(err)
	s.Apply(labels.AddClass("sea", "salt water to the horizon"))
	s.Apply(labels.Event{Kind: labels.KindExclude, Text: "blurred", Set: []labels.Change{{Value: 1, Images: []string{"c.jpg"}}}})
	undone, _ := s.Undo("")
	fmt.Println("took back:", undone.Kind, undone.Text)
	s.Table().WriteCSV(os.Stdout)
	// Output:
	// labels: unknown class "sea"; the classes are ["water"]. Add it first, or correct the name
	// took back: exclude blurred
	// filepath,exclude,validation,subset,water,sea
	// a.jpg,False,False,,1,
	// b.jpg,False,False,,1,
	// c.jpg,False,False,,,
}
