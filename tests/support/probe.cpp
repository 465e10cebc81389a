// SPDX-License-Identifier: BSL-1.0

// Stands in compile_commands.json for the flags that a source of ours is compiled with.
