/**
 * Administration of a running group: how each replica says it is, what that comes to, and an operator's commands. Every
 * replica speaks for itself here; what a group of them says is put together with the number of liars in mind.
 */
package org.tagma.admin;
