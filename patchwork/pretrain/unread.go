package pretrain

import (
	"cmp"
	"fmt"
)

// unread is the pictures that could not be read in a training, so that others took their places, with labels of their own.
type unread struct {
	numbers map[int]bool
	news    string // of the first one, that nobody heard of
}

// hear is stream.Options.Broken.
func (u *unread) hear(number int, err error) {
	if u.numbers == nil {
		u.numbers = map[int]bool{}
		u.news = fmt.Sprintf("a picture cannot be read: %v. Others are shown in place of such pictures; scan the images again", err)
	}
	u.numbers[number] = true
}

// keepFirst is stream.Options.Broken where no other picture may take a place: it keeps the first error.
func keepFirst(err *error) func(int, error) {
	return func(_ int, broken error) { *err = cmp.Or(*err, broken) }
}

// warning is what nobody heard of, "" if there is nothing.
func (u *unread) warning() string {
	news := u.news
	u.news = ""
	return news
}
