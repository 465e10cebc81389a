// SPDX-License-Identifier: BSL-1.0

// What the static suite checks, it checks while it is compiled.
int main() {}
