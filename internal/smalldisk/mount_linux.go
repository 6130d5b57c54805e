package smalldisk

import "syscall"

func mount(dir, size string) error { return syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size) }

// unmount takes the disk away even where a process still has a file of it.
func unmount(dir string) error { return syscall.Unmount(dir, syscall.MNT_DETACH) }
