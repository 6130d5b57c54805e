//go:build !linux

package smalldisk

import "errors"

func mount(_, _ string) error { return errors.New("this system is not Linux") }

func unmount(string) error { return nil }
