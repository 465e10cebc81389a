// SPDX-License-Identifier: BSL-1.0
// What any program takes: one_membership.cpp is measured against it.

int main() {}
