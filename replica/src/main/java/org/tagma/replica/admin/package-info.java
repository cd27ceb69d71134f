/** What operators ask of a replica, and who may ask it. */
package org.tagma.replica.admin;
